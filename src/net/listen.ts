/**
 * Listening: accepts connections, bounds them, and gives each a wire, a link and a session.
 *
 * @module
 */

import { type Link, type LinkTls, type Session, Wire } from "../wire/mod.ts";
import { isInRange, peerKey, withoutMapping } from "./address_range.ts";
import type { Certificates } from "./certificates.ts";
import { Deadlines } from "./deadlines.ts";
import { Drive } from "./drive.ts";
import { BadProxyHeader, readProxyHeader } from "./proxy_header.ts";
import { HandshakeFailed, startServerTls } from "./tls.ts";
import { PlainTransport } from "./transport.ts";

/** One port that is listened on. */
export interface ListenerOptions {
  /** For logs: "smtp", "submissions", "pop3". */
  readonly name: string;
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** TLS from the first octet. */
  readonly implicitTls: boolean;
  /** Addresses and ranges whose connections begin with a PROXY header. */
  readonly proxiesFrom: readonly string[];
  readonly session: (wire: Wire, link: Link) => Session<void>;
  /** The line for a peer that has to come back later. */
  readonly refusal: string;
}

/** What all listeners of a server share. */
export interface NetOptions {
  /** Looked at with every handshake: the owner may put others in their place. */
  readonly certificates: Certificates | undefined;
  readonly limits: ConnectionLimits;
  /** Told of connections that begin (as "debug"), are refused or go wrong. */
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** A short word that no other connection has. */
  readonly newId: () => string;
}

export interface ConnectionLimits {
  total: number;
  perPeer: number;
}

type MutableLink = { -readonly [K in keyof Link]: Link[K] };

/** A port in use. */
export interface Listening {
  readonly address: Deno.NetAddr;
  /** Accepts nothing more; connections stay. */
  readonly close: () => void;
}

/** All connections of a server. */
export class Net {
  #drives = new Set<Drive>();
  #peers = new Map<string, number>();
  #listeners = new Set<Deno.Listener>();
  #deadlines = new Deadlines();
  #accepting: Promise<void>[] = [];

  constructor(readonly options: NetOptions) {}

  /**
   * Starts to listen.
   *
   * @throws {Error} That names the port, when it is taken or forbidden.
   */
  listen(options: ListenerOptions): Listening {
    const listener = openListener(options);
    this.#listeners.add(listener);
    this.#accepting.push(this.#accept(listener, options));
    return {
      address: listener.addr as Deno.NetAddr,
      close: () => {
        if (this.#listeners.delete(listener)) listener.close();
      },
    };
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#drives.size;
  }

  /** Accepts nothing more, lets commands in progress end for `grace` milliseconds, then closes. */
  async stop(grace: number): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    // Until then a port may still take a connection: nobody is told before.
    await Promise.all(this.#accepting);
    for (const drive of this.#drives) drive.stop();
    const over = performance.now() + grace;
    while (this.#drives.size > 0 && performance.now() < over) await pause(20);
    for (const drive of this.#drives) drive.abort();
    const late = performance.now() + 500;
    while (this.#drives.size > 0 && performance.now() < late) await pause(20);
  }

  async #accept(
    listener: Deno.Listener,
    options: ListenerOptions,
  ): Promise<void> {
    while (true) {
      let conn: Deno.Conn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (
          error instanceof Deno.errors.BadResource ||
          error instanceof Deno.errors.Interrupted
        ) {
          return;
        }
        // Out of descriptors, or the peer left already: others may still come.
        this.options.log("accept_failed", {
          listener: options.name,
          error: String(error),
        });
        await pause(100);
        continue;
      }
      void this.#serve(conn as Deno.TcpConn, options);
    }
  }

  async #serve(conn: Deno.TcpConn, options: ListenerOptions): Promise<void> {
    // Replies leave in whole: waiting for more (Nagle) would only add delayed acknowledgements.
    conn.setNoDelay(true);
    const plain = new PlainTransport(conn);
    const link = linkOf(conn, this.options.newId());
    const log = (event: string, fields: Record<string, unknown>) =>
      this.options.log(event, {
        session: link.id,
        listener: options.name,
        ...fields,
      });
    if (this.#drives.size >= this.options.limits.total) {
      log("refused", { peer: link.remoteAddress, why: "too many connections" });
      return refuse(plain, options);
    }
    const wire = new Wire();
    const drive = new Drive({
      wire,
      session: this.#whole(wire, link, options),
      transport: plain,
      deadlines: this.#deadlines,
      upgrade: async (input) => {
        const protectedLink = await this.#protect(plain, input, log);
        link.tls = protectedLink.tls;
        return protectedLink;
      },
    });
    this.#drives.add(drive);
    try {
      await drive.run();
    } catch (error) {
      log("session_failed", {
        level: "error",
        error: error instanceof Error ? error.stack : String(error),
      });
    } finally {
      this.#drives.delete(drive);
      plain.release();
    }
  }

  async #protect(
    plain: PlainTransport,
    input: Uint8Array | undefined,
    log: NetOptions["log"],
  ): Promise<{ transport: import("./transport.ts").Transport; tls: LinkTls }> {
    try {
      const { certificates } = this.options;
      if (certificates === undefined) {
        throw new HandshakeFailed("there is no certificate");
      }
      const result = await startServerTls(plain, certificates, input);
      log("tls", { version: result.tls.version, cipher: result.tls.cipher });
      return result;
    } catch (error) {
      log("tls_failed", {
        error: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  }

  /** What comes before a protocol's own session: the proxy's word, the peer's quota, TLS. */
  *#whole(
    wire: Wire,
    link: MutableLink,
    options: ListenerOptions,
  ): Session<void> {
    if (
      options.proxiesFrom.some((range) => isInRange(link.remoteAddress, range))
    ) {
      try {
        const peer = yield* readProxyHeader(wire);
        if (peer !== undefined) Object.assign(link, peer);
      } catch (error) {
        this.options.log("bad_proxy_header", {
          session: link.id,
          listener: options.name,
          peer: link.remoteAddress,
          error: String(error),
        });
        if (error instanceof BadProxyHeader) return;
        throw error;
      }
    }
    const key = peerKey(link.remoteAddress);
    const count = (this.#peers.get(key) ?? 0) + 1;
    if (count > this.options.limits.perPeer) {
      this.options.log("refused", {
        session: link.id,
        listener: options.name,
        peer: link.remoteAddress,
        why: "too many connections from this peer",
      });
      if (!options.implicitTls) wire.sendLine(options.refusal);
      return;
    }
    this.#peers.set(key, count);
    this.options.log("connected", {
      level: "debug",
      session: link.id,
      listener: options.name,
      peer: link.remoteAddress,
    });
    try {
      if (options.implicitTls) yield* wire.protect();
      yield* options.session(wire, link);
    } finally {
      this.#leave(key);
    }
  }

  #leave(key: string): void {
    const left = (this.#peers.get(key) ?? 1) - 1;
    if (left === 0) this.#peers.delete(key);
    else this.#peers.set(key, left);
  }
}

function openListener(options: ListenerOptions): Deno.Listener {
  const { hostname, port, name } = options;
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    if (hostname === "::" && isWithoutIpv6(error)) {
      return openListener({ ...options, hostname: "0.0.0.0" });
    }
    const why = error instanceof Deno.errors.AddrInUse
      ? "the port is taken"
      : error instanceof Deno.errors.PermissionDenied
      ? "ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new Error(
      `Cannot listen on ${hostname} port ${port} for ${name}: ${why}`,
      {
        cause: error,
      },
    );
  }
}

/** True for EAFNOSUPPORT and EADDRNOTAVAIL: a machine or container without IPv6. */
function isWithoutIpv6(error: unknown): boolean {
  return error instanceof Deno.errors.AddrNotAvailable ||
    error instanceof Error && /os error 97\b/.test(error.message);
}

function linkOf(conn: Deno.TcpConn, id: string): MutableLink {
  return {
    id,
    remoteAddress: withoutMapping(conn.remoteAddr.hostname),
    remotePort: conn.remoteAddr.port,
    localAddress: withoutMapping(conn.localAddr.hostname),
    localPort: conn.localAddr.port,
  };
}

/** Says in one line that there is no room, without a session. */
async function refuse(
  plain: PlainTransport,
  options: ListenerOptions,
): Promise<void> {
  try {
    // A peer that starts with a handshake could not read it.
    if (!options.implicitTls) {
      await plain.write(new TextEncoder().encode(options.refusal + "\r\n"));
      await plain.closeWrite();
    }
  } catch {
    // It has gone already.
  } finally {
    plain.close();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
