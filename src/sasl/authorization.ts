/**
 * Authorization identities: whom a login wants to act as (RFC 4422 §3.4.1).
 *
 * Nobody may act for somebody else here, so the only good answers are none and oneself.
 *
 * @module
 */

import type { Identity } from "./mechanism.ts";

/**
 * True when `authzid` is empty or names the one who logged in.
 *
 * @param login The name that the client logged in with; `identity` is whom it proved to be.
 */
export function isSelf(
  authzid: string,
  login: string,
  identity: Identity,
): boolean {
  if (authzid === "") return true;
  const name = fold(authzid);
  return name === fold(login) || name === fold(identity.address);
}

/** The case and normalization rules of RFC 8265 §3.3.2. */
function fold(name: string): string {
  return name.toLowerCase().normalize("NFC");
}
