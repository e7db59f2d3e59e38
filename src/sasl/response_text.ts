/** Responses that are text (RFC 4616 §2, RFC 5802 §5: UTF-8). */

import { utf8Decode } from "../bytes/mod.ts";
import { SaslSyntaxError } from "./mechanism.ts";

/**
 * The text of a client's response.
 *
 * @throws {SaslSyntaxError} When it is not UTF-8.
 */
export function responseText(response: Uint8Array): string {
  const text = utf8Decode(response);
  if (text === undefined) throw new SaslSyntaxError("Response is not UTF-8");
  return text;
}
