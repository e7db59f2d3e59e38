/** Base 64, strict (RFC 4648 §4, §3.3): padding required, no foreign characters. */

import { latin1Decode, latin1Encode } from "./latin1.ts";

const WELL_FORMED =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** `bytes` in base 64, on one line. */
export function base64Encode(bytes: Uint8Array): string {
  return btoa(latin1Decode(bytes));
}

/** The bytes that `text` stands for, or undefined when it is not base 64. */
export function base64Decode(
  text: string,
): Uint8Array<ArrayBuffer> | undefined {
  if (!WELL_FORMED.test(text)) return undefined;
  return latin1Encode(atob(text));
}
