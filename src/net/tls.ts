/**
 * The server side of TLS 1.2 and 1.3 over a connection that is open already.
 *
 * One road for STARTTLS, STLS and implicit TLS: `Deno.startTls` is the client's side
 * only, and `Deno.listenTls` knows neither several certificates nor a PROXY header
 * before the handshake. So the `Deno.Conn` is wrapped in a `Duplex` for `node:tls`.
 *
 * @module
 */

import { Duplex } from "node:stream";
import type { Buffer } from "node:buffer";
import { TLSSocket } from "node:tls";
import type { LinkTls } from "../wire/mod.ts";
import { limits } from "../wire/mod.ts";
import type { Certificates } from "./certificates.ts";
import type { PlainTransport, Transport } from "./transport.ts";

/** A handshake that did not come to its end: the peer's fault, or its taste. */
export class HandshakeFailed extends Error {
  override name = "HandshakeFailed";
}

/**
 * Does the handshake and returns the protected connection.
 *
 * @param first Octets of the handshake that were read from `plain` already.
 * @throws {HandshakeFailed} `plain` is closed then.
 */
export async function startServerTls(
  plain: PlainTransport,
  certificates: Certificates,
  first: Uint8Array | undefined,
): Promise<{ transport: Transport; tls: LinkTls }> {
  const duplex = new PlainDuplex(plain, first);
  const socket = new TLSSocket(duplex, {
    isServer: true,
    secureContext: certificates.choose(undefined).context,
    SNICallback: (name, done) => done(null, certificates.choose(name).context),
    requestCert: false,
  });
  const transport = new StreamTransport(socket);
  try {
    await handshake(socket);
  } catch (error) {
    transport.close();
    throw new HandshakeFailed(
      error instanceof Error ? error.message : String(error),
    );
  }
  return { transport, tls: describe(socket, certificates) };
}

function handshake(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    // What listens longer than it has to is kept as long as the connection.
    const settle = (error?: Error) => {
      clearTimeout(timer);
      socket.off("secure", settle).off("close", closed).off("error", settle);
      if (error) reject(error);
      else resolve();
    };
    const closed = () => settle(new Error("the peer closed the connection"));
    const timer = setTimeout(
      () => settle(new Error("the handshake took too long")),
      limits.wire.handshakePatience,
    );
    socket.on("secure", settle).on("close", closed).on("error", settle);
  });
}

function describe(socket: TLSSocket, certificates: Certificates): LinkTls {
  const name = (socket as { servername?: string | false | null }).servername;
  const serverName = typeof name === "string" && name !== "" ? name : undefined;
  const { endPoint } = certificates.choose(serverName);
  return {
    version: socket.getProtocol() ?? "TLS",
    cipher: socket.getCipher().standardName,
    ...(serverName === undefined ? {} : { serverName }),
    ...(endPoint === undefined ? {} : { endPoint }),
  };
}

/** The clear connection as `node:tls` wants it. A class, for thousands of them share its methods. */
export class PlainDuplex extends Duplex {
  readonly #plain: Transport;
  /** Octets that were read before, until they are used. */
  #first: Uint8Array | undefined;

  constructor(plain: Transport, first: Uint8Array | undefined) {
    super({ readableHighWaterMark: 16 * 1024 });
    this.#plain = plain;
    this.#first = first?.length ? first : undefined;
  }

  override _read(): void {
    if (this.#first === undefined) {
      void this.#readOn();
      return;
    }
    const octets = this.#first;
    this.#first = undefined;
    this.push(octets);
  }

  async #readOn(): Promise<void> {
    try {
      const octets = await this.#plain.read();
      // `#plain` uses its buffer again; the stream keeps what it is given.
      this.push(octets === undefined ? null : octets.slice());
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _write(chunk: Uint8Array, _: string, done: Done): void {
    this.#plain.write(chunk).then(() => done(), done);
  }

  override _final(done: Done): void {
    this.#plain.closeWrite().then(() => done(), () => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#plain.close();
    done(error);
  }
}

type Done = (error?: Error | null) => void;

/** A connection that `node:` streams carry, read on demand so that a slow session holds its peer back. */
export class StreamTransport implements Transport {
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(readonly socket: Duplex) {
    const wake = () => this.#wake?.();
    socket.on("readable", wake);
    const end = () => {
      this.#ended = true;
      wake();
    };
    socket.on("end", end);
    socket.on("close", end);
    socket.on("error", (error: Error) => {
      this.#failure = error;
      end();
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      const chunk = this.socket.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#failure) throw this.#failure;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure || this.#ended && this.socket.destroyed) {
        reject(this.#failure ?? new Error("the connection is closed"));
        return;
      }
      this.socket.write(
        bytes,
        (error) => error ? reject(error) : resolve(),
      );
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) resolve();
      else this.socket.end(() => resolve());
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
