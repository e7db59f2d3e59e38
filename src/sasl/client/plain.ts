/** PLAIN: name and password in one message (RFC 4616 §2). */

import { utf8Encode } from "../../bytes/mod.ts";
import type { ClientMechanism } from "./mechanism.ts";

export const plain: ClientMechanism = {
  name: "PLAIN",
  plaintext: true,
  // deno-lint-ignore require-yield
  *run({ user, password }) {
    return utf8Encode(`\0${user}\0${password}`);
  },
};
