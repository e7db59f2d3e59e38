/** LOGIN: name and password one after the other, whatever the prompts say (draft-murchison-sasl-login-00). */

import { utf8Encode } from "../../bytes/mod.ts";
import type { ClientMechanism } from "./mechanism.ts";

export const login: ClientMechanism = {
  name: "LOGIN",
  plaintext: true,
  *run({ user, password, tell }) {
    yield* tell(undefined);
    yield* tell(utf8Encode(user));
    return utf8Encode(password);
  },
};
