/** An authority of the test's own, and certificates of it, good and bad. */

import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const DAY = 24 * 3600 * 1000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A certificate with its key. */
export interface Issued {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly key: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
}

export interface Authority {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly spki: Uint8Array;
  issue(
    names: readonly string[],
    times?: { readonly notBefore?: Date; readonly notAfter?: Date },
  ): Promise<Issued>;
}

export async function makeAuthority(name = "Test CA"): Promise<Authority> {
  const keys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  let serial = 1;
  return {
    der: new Uint8Array(authority.rawData),
    pem: `${authority.toString("pem")}\n`,
    spki: new Uint8Array(authority.publicKey.rawData),
    async issue(names, times = {}) {
      const own = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: (++serial).toString(16).padStart(4, "0"),
        subject: `CN=${names[0]}`,
        issuer: authority.subject,
        notBefore: times.notBefore ?? new Date(Date.now() - DAY),
        notAfter: times.notAfter ?? new Date(Date.now() + DAY),
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: "dns" as const, value })),
          ),
          new x509.BasicConstraintsExtension(false, undefined, true),
        ],
      });
      const key = await crypto.subtle.exportKey("pkcs8", own.privateKey);
      return {
        der: new Uint8Array(certificate.rawData),
        pem: `${certificate.toString("pem")}\n`,
        key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
        spki: new Uint8Array(certificate.publicKey.rawData),
      };
    },
  };
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
