/**
 * The client's side of TLS 1.2 and 1.3 over a connection that is open already.
 *
 * One road for all policies, `node:tls` over a wrapped connection. `Deno.startTls`,
 * which verifies on its own, was measured and left: it tells neither version nor cipher
 * nor certificate, so that logs, stories and TLS reports would have to be silent.
 *
 * @module
 */

import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import { isIP } from "node:net";
import { addAbortSignal, type Duplex } from "node:stream";
import { limits, type LinkTls, type TlsFailure } from "../wire/mod.ts";
import { isVouchedFor } from "./authorities.ts";
import type { ClientTlsPolicy } from "./client_tls_policy.ts";
import { daneFault } from "./dane.ts";
import { StreamTransport } from "./tls.ts";
import type { Transport } from "./transport.ts";

/** A handshake that did not come to its end, or a certificate that is not what it has to be. */
export class ClientTlsFailed extends Error {
  override name = "ClientTlsFailed";
  constructor(readonly failure: TlsFailure) {
    super(failure.text);
  }
}

/** What a certificate is judged by. */
export interface Trust {
  /** Authorities that are trusted beside the public ones; in PEM form, a certificate each. */
  readonly authorities: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Does the handshake and judges the peer's certificate.
 *
 * @throws {ClientTlsFailed} `duplex` is destroyed then.
 */
export async function startClientTls(
  duplex: Duplex,
  policy: ClientTlsPolicy,
  trust: Trust,
): Promise<{ transport: Transport; tls: LinkTls }> {
  const serverName = serverNameOf(policy);
  const socket = connect({
    socket: duplex,
    // What the certificate is worth is judged here, when it has been seen.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  const transport = new StreamTransport(socket);
  try {
    await handshake(socket);
    const verified = judge(socket, policy, trust);
    return { transport, tls: describe(socket, serverName, verified) };
  } catch (error) {
    transport.close();
    throw error instanceof ClientTlsFailed ? error : broken(error);
  }
}

/**
 * Opens a connection that is protected from its first octet, to a server of that name.
 *
 * @throws {Error} When there is none, or the certificate does not verify.
 */
export async function connectVerified(
  place: {
    readonly address: string;
    readonly port: number;
    /** Cuts the connection off, at any time. */
    readonly signal: AbortSignal;
  },
  name: string,
  trust: Trust,
): Promise<Duplex> {
  const socket = connect({
    host: place.address,
    port: place.port,
    servername: name,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
  });
  addAbortSignal(place.signal, socket);
  try {
    await handshake(socket);
    const failure = pkixFailure(socket, [name], trust);
    if (failure) throw new ClientTlsFailed(failure);
    return socket;
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    throw error;
  }
}

/** RFC 6066 §3: no IP addresses. */
function serverNameOf(policy: ClientTlsPolicy): string | undefined {
  const given = policy.kind === "dane" ? undefined : policy.serverName;
  const name = given ?? (policy.kind === "any" ? undefined : policy.names[0]);
  return name === undefined || isIP(name) !== 0 ? undefined : name;
}

function handshake(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error("the handshake took too long")),
      limits.wire.handshakePatience,
    );
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    socket.once("secureConnect", () => settle(resolve));
    socket.once(
      "close",
      () => settle(() => reject(new Error("the peer closed the connection"))),
    );
    socket.once("error", (error: Error) => settle(() => reject(error)));
  });
}

/**
 * What proved the peer.
 *
 * @throws {ClientTlsFailed} When the policy is not met.
 */
function judge(
  socket: TLSSocket,
  policy: ClientTlsPolicy,
  trust: Trust,
): LinkTls["verified"] {
  if (policy.kind === "dane") {
    const { records, names } = policy;
    const fault = daneFault(chainOf(socket), records, names, trust.now);
    if (fault === undefined) return "dane";
    throw new ClientTlsFailed({ kind: fault, text: DANE_TEXTS[fault] });
  }
  const names = policy.kind === "pkix"
    ? policy.names
    : [policy.serverName].filter((name) => name !== undefined);
  const failure = pkixFailure(socket, names, trust);
  if (failure === undefined) return "pkix";
  if (policy.kind === "pkix") throw new ClientTlsFailed(failure);
  return undefined;
}

const DANE_TEXTS = {
  "tlsa-invalid": "the certificate is none that the TLSA records mean",
  "certificate-host-mismatch": "the certificate is not for this host",
  "certificate-expired": "the certificate is not in its time",
};

/** RFC 8461 §4.1, RFC 6125: a chain to a trusted authority, and one of the names. */
function pkixFailure(
  socket: TLSSocket,
  names: readonly string[],
  { authorities, now }: Trust,
): TlsFailure | undefined {
  const certificate = socket.getPeerCertificate();
  const { valid_from, valid_to } = certificate;
  // Deno 2.9 has one word for a chain that is broken and one that is too old.
  if (!(Date.parse(valid_from) <= now && now <= Date.parse(valid_to))) {
    const text = `the certificate is valid from ${valid_from} to ${valid_to}`;
    return { kind: "certificate-expired", text };
  }
  const isNamed = names.some((name) =>
    checkServerIdentity(name, certificate) === undefined
  );
  if (!isNamed) {
    const text = `the certificate is not for ${names.join(" or ")}`;
    return { kind: "certificate-host-mismatch", text };
  }
  // That it is for another name than the first has been looked at.
  const code = String(socket.authorizationError);
  if (socket.authorized || code.includes("ALTNAME")) return undefined;
  if (isVouchedFor(chainOf(socket), authorities, now)) return undefined;
  const text = `the certificate does not verify: ${code}`;
  return { kind: "certificate-not-trusted", text };
}

function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<unknown>();
  let next: Certificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw && !seen.has(next)) {
    seen.add(next);
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}

interface Certificate {
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: Certificate;
}

function describe(
  socket: TLSSocket,
  serverName: string | undefined,
  verified: LinkTls["verified"],
): LinkTls {
  return {
    version: socket.getProtocol() ?? "TLS",
    cipher: socket.getCipher().standardName,
    ...(serverName === undefined ? {} : { serverName }),
    ...(verified === undefined ? {} : { verified }),
  };
}

function broken(error: unknown): ClientTlsFailed {
  const text = error instanceof Error ? error.message : String(error);
  return new ClientTlsFailed({ kind: "validation-failure", text });
}
