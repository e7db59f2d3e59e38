/** A certificate authority of the tests' own, and what DNS says of its certificates. */

import { createHash, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

/** In PEM form. */
export interface Certified {
  /** The chain, the authority's own certificate at its end. */
  readonly chain: string;
  readonly certificate: string;
  readonly key: string;
}

export class Authority {
  private constructor(
    readonly pem: string,
    readonly name: string,
    readonly keys: CryptoKeyPair,
  ) {}

  static async make(name = "CN=Authority of the tests"): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...{ name, keys, signingAlgorithm: ALGORITHM },
      ...validity(),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new Authority(certificate.toString("pem") + "\n", name, keys);
  }

  /** A certificate for a server with these names. */
  async certify(...names: string[]): Promise<Certified> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      subject: `CN=${names[0]}`,
      issuer: this.name,
      signingKey: this.keys.privateKey,
      publicKey: keys.publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: "dns" as const, value })),
        ),
        new x509.BasicConstraintsExtension(false, undefined, true),
      ],
    });
    const pem = certificate.toString("pem") + "\n";
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
      certificate: pem,
      chain: pem + this.pem,
      key: x509.PemConverter.encode(key, "PRIVATE KEY") + "\n",
    };
  }
}

/** The data of a TLSA record "usage 1 1": SHA-256 of the public key (RFC 6698 §2.1). */
export function keyDigest(pem: string): string {
  const { publicKey } = new X509Certificate(pem);
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" })).digest("hex");
}

/** The data of a TLSA record "usage 0 1": SHA-256 of the certificate. */
export function certificateDigest(pem: string): string {
  return createHash("sha256").update(new X509Certificate(pem).raw)
    .digest("hex");
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
}

function validity() {
  return {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
    serialNumber: crypto.getRandomValues(new Uint8Array(8))
      .map((octet, i) => i === 0 ? octet & 0x7f | 1 : octet).toHex(),
  };
}
