/**
 * APOP: the digest that answers POP3's greeting (RFC 1939 §7).
 *
 * No SASL mechanism, but the same proof as CRAM-MD5's with an older digest; only
 * for accounts that opted in.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Session } from "../wire/mod.ts";
import type { Identity, SaslContext } from "./mechanism.ts";
import { provenBy } from "./shared_secret.ts";

/** The digest of a greeting's timestamp, angle brackets included, and a password: 32 lower-case hexadecimal digits. */
export function apopDigest(timestamp: string, secret: string): string {
  return createHash("md5").update(timestamp + secret).digest("hex");
}

/** The identity that "APOP login digest" proves; undefined where it proves none. */
export function runApop(
  context: Pick<SaslContext, "credentials" | "random">,
  timestamp: string,
  login: string,
  digest: string,
): Session<Identity | undefined> {
  return provenBy(
    context,
    login,
    digest,
    (secret) => apopDigest(timestamp, secret),
  );
}
