/**
 * Ways through a certificate chain that a peer has sent: each certificate signed by the
 * next, up to one that is trusted (RFC 5280 §6.1).
 *
 * @module
 */

import { X509Certificate } from "node:crypto";

/** Certificates that are looked at of a chain: peers may send anything. */
const LONGEST_CHAIN = 10;

/** The chain, the peer's own certificate first; nothing of one that cannot be read. */
export function readChain(chain: readonly Uint8Array[]): X509Certificate[] {
  try {
    return chain.slice(0, LONGEST_CHAIN).map((raw) => new X509Certificate(raw));
  } catch {
    // A certificate that cannot be read proves nothing.
    return [];
  }
}

/**
 * The signed way from the peer's own certificate to the first for which `anchorOf` finds
 * an anchor, the anchor included.
 */
export function pathToAnchor(
  certificates: readonly X509Certificate[],
  anchorOf: (certificate: X509Certificate) => X509Certificate | undefined,
): X509Certificate[] | undefined {
  const path: X509Certificate[] = [];
  const left = new Set(certificates);
  let last = certificates[0];
  while (last !== undefined) {
    const subject: X509Certificate = last;
    path.push(subject);
    left.delete(subject);
    const anchor = anchorOf(subject);
    if (anchor === subject) return path;
    if (anchor !== undefined) return [...path, anchor];
    last = [...left].find((one) => hasIssued(one, subject));
  }
  return undefined;
}

/** Whether `issuer` is an authority that signed `subject`. */
export function hasIssued(
  issuer: X509Certificate,
  subject: X509Certificate,
): boolean {
  try {
    return issuer.ca && subject.checkIssued(issuer) &&
      subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** @param now Milliseconds since 1970. */
export function isInTime(
  { validFrom, validTo }: X509Certificate,
  now: number,
): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
