/** The one-time challenge of CRAM-MD5 (RFC 2195 §2) and APOP (RFC 1939 §7). */

import type { SaslContext } from "./mechanism.ts";

/**
 * A challenge that never comes twice, in the form of a message identifier:
 * "<1896.697170952@mail.example.test>".
 */
export function timestamp(
  context: Pick<SaslContext, "now" | "random" | "serverName">,
): string {
  let nonce = 0n;
  for (const octet of context.random(8)) nonce = nonce * 256n + BigInt(octet);
  return `<${nonce}.${context.now()}@${context.serverName}>`;
}
