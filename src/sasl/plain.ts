/**
 * PLAIN: name and password in one message (RFC 4616).
 *
 * Names and passwords go to `verify` as they came; the accounts prepare both
 * (RFC 8265), so that every mechanism treats them alike.
 *
 * @module
 */

import { work } from "../wire/mod.ts";
import { requireSelf } from "./authorization.ts";
import { type Mechanism, SaslSyntaxError } from "./mechanism.ts";
import { responseText } from "./response_text.ts";

export const plain: Mechanism = {
  name: "PLAIN",
  clientFirst: true,
  plaintext: true,
  legacy: false,
  needsBinding: false,
  *run({ ask, credentials }) {
    const message = responseText(yield* ask(new Uint8Array(0)));
    const { authzid, login, password } = parsePlain(message);
    const identity = yield* work(() => credentials.verify(login, password));
    if (identity) requireSelf(authzid, login, identity);
    return identity;
  },
};

/**
 * Takes `[authzid] NUL authcid NUL passwd` apart (RFC 4616 §2). An empty name or
 * password breaks that grammar too, but is left to fail as a wrong one: people
 * press Return, and their clients should ask again.
 */
function parsePlain(
  message: string,
): { authzid: string; login: string; password: string } {
  const parts = message.split("\0");
  const [authzid, login, password] = parts;
  if (
    parts.length !== 3 || authzid === undefined || login === undefined ||
    password === undefined
  ) {
    throw new SaslSyntaxError("PLAIN message has not three parts");
  }
  return { authzid, login, password };
}
