/**
 * Authorities that an operator trusts beside the public ones: whether one of them
 * vouches for a peer (RFC 5280 §6.1).
 *
 * TLS itself would take them only in the place of the public ones, or cost 20 ms a
 * handshake with all of them in a list, which a server that may read nothing of the
 * system's does not get either. What is not understood here of a certificate is refused:
 * constraints of names, policies, and any other critical extension (RFC 5280 §4.2).
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { hasIssued, isInTime, pathToAnchor, readChain } from "./chain.ts";
import { elementsOf, extensionsOf } from "./extensions.ts";

const KEY_USAGE = "551d0f";
const ALTERNATIVE_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const NAME_CONSTRAINTS = "551d1e";
const EXTENDED_KEY_USAGE = "551d25";
const KEY_CERT_SIGN = 0x04;
const INTEGER = 0x02;
/** id-kp-serverAuth and anyExtendedKeyUsage (RFC 5280 §4.2.1.12). */
const FOR_SERVERS = ["2b06010505070301", "551d2500"];

/**
 * Whether one of `authorities` signed its way down to the peer's own certificate, or is
 * that very certificate. Names are looked at elsewhere.
 *
 * @param chain In DER, the peer's own certificate first.
 * @param authorities In PEM form, a certificate each.
 * @param now Milliseconds since 1970.
 */
export function isVouchedFor(
  chain: readonly Uint8Array[],
  authorities: readonly string[],
  now: number,
): boolean {
  const anchors = authorities.map((pem) => new X509Certificate(pem));
  const path = pathToAnchor(
    readChain(chain),
    (subject) =>
      anchors.find((anchor) =>
        anchor.fingerprint256 === subject.fingerprint256
      ) ?? anchors.find((anchor) => hasIssued(anchor, subject)),
  );
  return path !== undefined && path.every((one) => isInTime(one, now)) &&
    path.every(isWithinItsBounds);
}

/** Whether a certificate may stand where it stands: `below` others in its path. */
function isWithinItsBounds(
  certificate: X509Certificate,
  below: number,
): boolean {
  try {
    return extensionsOf(certificate.raw).every(({ id, isCritical, value }) => {
      if (id === BASIC_CONSTRAINTS) return below <= mostBelow(value);
      if (id === KEY_USAGE) return below === 0 || maySign(value);
      if (id === EXTENDED_KEY_USAGE) return isForServers(value);
      if (id === NAME_CONSTRAINTS) return false;
      return !isCritical || id === ALTERNATIVE_NAME;
    });
  } catch {
    return false;
  }
}

/** RFC 5280 §4.2.1.9: authorities that may follow, and the server's own certificate. */
function mostBelow(basicConstraints: Uint8Array): number {
  const [sequence] = elementsOf(basicConstraints);
  const length = elementsOf(sequence!.content).find(({ tag }) =>
    tag === INTEGER
  );
  return length === undefined ? Infinity : (length.content[0] ?? 0) + 1;
}

/** RFC 5280 §4.2.1.3: a BIT STRING, after an octet that counts its unused bits. */
function maySign(keyUsage: Uint8Array): boolean {
  const [bits] = elementsOf(keyUsage);
  return ((bits!.content[1] ?? 0) & KEY_CERT_SIGN) !== 0;
}

function isForServers(extendedKeyUsage: Uint8Array): boolean {
  const [sequence] = elementsOf(extendedKeyUsage);
  return elementsOf(sequence!.content).some(({ content }) =>
    FOR_SERVERS.includes(content.toHex())
  );
}
