/**
 * Whether a certificate chain is what TLSA records say (RFC 6698 §2.1, RFC 7671, RFC 7672 §3).
 *
 * Usages 2 and 3 only: for SMTP the others are unusable (RFC 7672 §3.1.3). Usage 3 asks
 * neither for names nor for dates (RFC 7672 §3.1.1); usage 2 for both, and for signatures
 * from the server's certificate up to the anchor.
 *
 * @module
 */

import { createHash, type X509Certificate } from "node:crypto";
import { checkServerIdentity } from "node:tls";
import { isInTime, pathToAnchor, readChain } from "./chain.ts";
import type { TlsaRecord } from "./client_tls_policy.ts";

/** Why the chain is not what the records say. */
export type DaneFault =
  | "tlsa-invalid"
  | "certificate-host-mismatch"
  | "certificate-expired";

/**
 * Holds `chain`, the peer's own certificate first, against `records`.
 *
 * @param names Any of them may be the certificate's, for usage 2.
 * @param now Milliseconds since 1970.
 * @returns Undefined when one of the records matches.
 */
export function daneFault(
  chain: readonly Uint8Array[],
  records: readonly TlsaRecord[],
  names: readonly string[],
  now: number,
): DaneFault | undefined {
  const certificates = readChain(chain);
  const leaf = certificates[0];
  if (leaf === undefined) return "tlsa-invalid";
  let fault: DaneFault = "tlsa-invalid";
  for (const record of records) {
    if (record.usage === 3 && matches(leaf, record)) return undefined;
    if (record.usage !== 2) continue;
    const path = pathToAnchor(
      certificates,
      (one) => matches(one, record) ? one : undefined,
    );
    if (path === undefined) continue;
    const found = faultOf(path, names, now);
    if (found === undefined) return undefined;
    fault = found;
  }
  return fault;
}

/** RFC 6698 §2.1.2 and §2.1.3. */
function matches(
  certificate: X509Certificate,
  { selector, matching, data }: TlsaRecord,
): boolean {
  const selected = selector === 0
    ? certificate.raw
    : certificate.publicKey.export({ type: "spki", format: "der" });
  const value = matching === 0
    ? selected
    : createHash(matching === 1 ? "sha256" : "sha512").update(selected)
      .digest();
  return value.length === data.length &&
    value.every((octet, i) => octet === data[i]);
}

function faultOf(
  path: readonly X509Certificate[],
  names: readonly string[],
  now: number,
): DaneFault | undefined {
  if (!path.every((one) => isInTime(one, now))) return "certificate-expired";
  // Not `checkHost`, which knows no wildcards in Deno 2.9 (RFC 7672 §3.2.3 wants them).
  const leaf = path[0]!.toLegacyObject();
  return names.some((name) => checkServerIdentity(name, leaf) === undefined)
    ? undefined
    : "certificate-host-mismatch";
}
