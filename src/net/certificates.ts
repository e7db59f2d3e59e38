/**
 * The server's certificates, chosen by the name that the client asks for (RFC 6066 §3).
 *
 * @module
 */

import { createHash, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";

/** A certificate chain and its key, both PEM. */
export interface CertificatePem {
  readonly certificate: string;
  readonly key: string;
}

/** The least version of TLS that is spoken (RFC 9325 §3.1.1). */
export type MinVersion = "TLSv1.2" | "TLSv1.3";

interface Entry {
  readonly context: SecureContext;
  readonly names: readonly string[];
  /** tls-server-end-point of RFC 5929 §4.1. */
  readonly endPoint: Uint8Array | undefined;
}

/** One or several certificates; the first serves clients that ask for no name, or for none of ours. */
export class Certificates {
  readonly #entries: readonly Entry[];

  /** @throws {Error} When a PEM cannot be read, a key does not fit, or there is none. */
  constructor(
    pems: readonly CertificatePem[],
    minVersion: MinVersion = "TLSv1.2",
  ) {
    this.#entries = openAll(pems, minVersion);
  }

  choose(serverName: string | undefined): Entry {
    const name = serverName?.toLowerCase();
    const found = name === undefined
      ? undefined
      : this.#entries.find((entry) =>
        entry.names.some((pattern) => covers(pattern, name))
      );
    return found ?? this.#entries[0]!;
  }
}

function openAll(
  pems: readonly CertificatePem[],
  minVersion: MinVersion,
): readonly Entry[] {
  if (pems.length === 0) {
    throw new Error("Cannot serve TLS: no certificate given");
  }
  return pems.map((pem) => openOne(pem, minVersion));
}

function openOne(
  { certificate, key }: CertificatePem,
  minVersion: MinVersion,
): Entry {
  const leaf = new X509Certificate(certificate);
  return {
    context: createSecureContext({
      cert: certificate,
      key,
      minVersion,
    }),
    names: namesOf(leaf),
    endPoint: endPointOf(leaf),
  };
}

function namesOf(leaf: X509Certificate): readonly string[] {
  const alternative = [
    ...(leaf.subjectAltName ?? "").matchAll(/DNS:([^,\s]+)/g),
  ]
    .map((match) => match[1]!.toLowerCase());
  if (alternative.length > 0) return alternative;
  const common = /^CN=(.+)$/m.exec(leaf.subject)?.[1];
  return common === undefined ? [] : [common.toLowerCase()];
}

/** RFC 6125 §6.4.3: a wildcard stands for exactly the leftmost label. */
function covers(pattern: string, name: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === name;
  return name.slice(name.indexOf(".") + 1) === pattern.slice(2) &&
    name.includes(".");
}

/** RFC 5929 §4.1: the certificate's signature hash, with SHA-256 in the place of MD5 and SHA-1. */
function endPointOf(leaf: X509Certificate): Uint8Array | undefined {
  const algorithm =
    (leaf as { signatureAlgorithm?: string }).signatureAlgorithm ?? "";
  const hash = /sha(384|512)/i.exec(algorithm)?.[1] ??
    (/sha|md5/i.test(algorithm) ? "256" : undefined);
  // Ed25519 and RSA-PSS leave no single hash: no binding then, rather than a wrong one.
  if (hash === undefined) return undefined;
  return new Uint8Array(createHash(`sha${hash}`).update(leaf.raw).digest());
}
