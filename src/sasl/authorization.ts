/**
 * Authorization identities: whom a login wants to act as (RFC 4422 §3.4.1).
 *
 * Nobody may act for somebody else here, so the only good answers are none and oneself.
 *
 * @module
 */

import { type Identity, SaslUnauthorized } from "./mechanism.ts";

/**
 * Lets an empty `authzid` pass, and one that names the one who logged in.
 *
 * @param login The name that the client logged in with; `identity` is whom it proved to be.
 * @throws {SaslUnauthorized}
 */
export function requireSelf(
  authzid: string,
  login: string,
  identity: Identity,
): void {
  if (authzid === "") return;
  const name = fold(authzid);
  if (name === fold(login) || name === fold(identity.address)) return;
  throw new SaslUnauthorized("Nobody may act for somebody else");
}

/** The case and normalization rules of RFC 8265 §3.3.2. */
function fold(name: string): string {
  return name.toLowerCase().normalize("NFC");
}
