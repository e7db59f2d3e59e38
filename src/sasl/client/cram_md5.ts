/** CRAM-MD5: a keyed digest of the server's challenge (RFC 2195 §2). */

import { createHmac } from "node:crypto";
import { utf8Encode } from "../../bytes/mod.ts";
import type { ClientMechanism } from "./mechanism.ts";

export const cramMd5: ClientMechanism = {
  name: "CRAM-MD5",
  plaintext: false,
  *run({ user, password, tell }) {
    const challenge = yield* tell(undefined);
    const digest = createHmac("md5", password).update(challenge).digest("hex");
    return utf8Encode(`${user} ${digest}`);
  },
};
