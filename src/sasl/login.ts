/**
 * LOGIN: name and password one after the other (draft-murchison-sasl-login-00).
 *
 * Never became an RFC, yet many clients know nothing better. The prompts are those
 * that they expect. By the draft the server speaks first; clients that send the
 * name along with the command are understood as well.
 *
 * @module
 */

import { utf8Encode } from "../bytes/mod.ts";
import { work } from "../wire/mod.ts";
import type { Mechanism } from "./mechanism.ts";
import { responseText } from "./response_text.ts";

const USERNAME = utf8Encode("Username:");
const PASSWORD = utf8Encode("Password:");

export const login: Mechanism = {
  name: "LOGIN",
  clientFirst: true,
  plaintext: true,
  legacy: false,
  needsBinding: false,
  *run({ ask, credentials }) {
    const name = responseText(yield* ask(USERNAME));
    const password = responseText(yield* ask(PASSWORD));
    return yield* work(() => credentials.verify(name, password));
  },
};
