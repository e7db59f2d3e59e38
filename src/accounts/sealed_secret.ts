/**
 * Passwords that have to be read again (CRAM-MD5, APOP), sealed under the server's key.
 *
 * AES-256-GCM (NIST SP 800-38D). A seal belongs to one address: moved to another
 * account it does not open.
 *
 * @module
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
} from "node:crypto";
import { concatBytes, utf8Decode, utf8Encode } from "../bytes/mod.ts";

const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/** Nonce, tag and cipher text. */
export function seal(
  serverKey: Uint8Array,
  address: string,
  secret: string,
): Uint8Array {
  const nonce = randomBytes(NONCE_OCTETS);
  const cipher = createCipheriv("aes-256-gcm", sealingKey(serverKey), nonce);
  cipher.setAAD(utf8Encode(address));
  const text = concatBytes([
    cipher.update(utf8Encode(secret)),
    cipher.final(),
  ]);
  return concatBytes([nonce, cipher.getAuthTag(), text]);
}

/** The secret, or undefined when it was sealed for another address or under another key. */
export function unseal(
  serverKey: Uint8Array,
  address: string,
  sealed: Uint8Array,
): string | undefined {
  const text = sealed.subarray(NONCE_OCTETS + TAG_OCTETS);
  try {
    const decipher = createDecipheriv(
      "aes-256-gcm",
      sealingKey(serverKey),
      sealed.subarray(0, NONCE_OCTETS),
      { authTagLength: TAG_OCTETS },
    );
    decipher.setAAD(utf8Encode(address));
    decipher.setAuthTag(
      sealed.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS),
    );
    return utf8Decode(concatBytes([decipher.update(text), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** One key a purpose; salts of SCRAM use the server's key, too. */
function sealingKey(serverKey: Uint8Array): Uint8Array {
  return createHmac("sha256", serverKey).update("sealed secrets").digest();
}
