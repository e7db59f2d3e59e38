/**
 * A self-signed certificate made on the spot, for trying things out.
 *
 * By @peculiar/x509 over WebCrypto: EC P-256 in a few milliseconds. The library is
 * loaded only when a certificate has to be made.
 *
 * @module
 */

import { parseIp } from "./address_range.ts";
import type { CertificatePem } from "./certificates.ts";

const DAY = 24 * 60 * 60 * 1000;
const YEARS_VALID = 2;

/** Makes a key and a certificate for `names` (host names and IP addresses), valid from `now` (ms). */
export async function selfSignedCertificate(
  names: readonly string[],
  now: number,
): Promise<CertificatePem> {
  // The library's container needs the metadata API before it loads.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ CN: [names[0] ?? "localhost"] }],
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + YEARS_VALID * 365 * DAY),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({
        type: parseIp(value) !== undefined ? "ip" as const : "dns" as const,
        value,
      }))),
      // A trust anchor by being trusted, not by this: rustls (and so Deno's own client)
      // refuses a CA's certificate where a server's is due (RFC 5280 §4.2.1.9).
      new x509.BasicConstraintsExtension(false, undefined, true),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: certificate.toString("pem") + "\n",
    key: x509.PemConverter.encode(key, "PRIVATE KEY") + "\n",
  };
}

function randomSerial(): string {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  octets[0]! &= 0x7f;
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join(
    "",
  );
}
