/**
 * Connections that we open: the client's side of `listen.ts`.
 *
 * @module
 */

import { createConnection, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  limits,
  type Link,
  type LinkTls,
  type Session,
  type TlsFailure,
  Wire,
} from "../wire/mod.ts";
import { ClientTlsFailed, startClientTls } from "./client_tls.ts";
import type { ClientTlsPolicy } from "./client_tls_policy.ts";
import { Deadlines } from "./deadlines.ts";
import { Drive } from "./drive.ts";
import { PlainDuplex, StreamTransport } from "./tls.ts";
import { PlainTransport, type Transport } from "./transport.ts";

export interface DialOptions {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** The address that the connection comes from; by default what the system chooses. */
  readonly localAddress?: string;
  /** TLS from the first octet. */
  readonly implicitTls: boolean;
  /** What the peer's certificate has to be, now or when the session asks for TLS. */
  readonly judge: ClientTlsPolicy;
  /** Authorities trusted beside the public ones; in PEM form, a certificate each. */
  readonly authorities?: readonly string[];
  /** Names the connection in logs. */
  readonly id?: string;
  /** Cuts the connection off: for the session as if the peer had. */
  readonly signal?: AbortSignal;
}

/** How a connection ended for the one who opened it. */
export interface Dialled {
  /** Why there was no connection at all: for people. */
  readonly unreached?: string;
  readonly tls?: LinkTls;
  readonly tlsFailure?: TlsFailure;
}

type MutableLink = { -readonly [K in keyof Link]: Link[K] };

/** One clock for all connections that we opened. */
const deadlines = new Deadlines();

/**
 * Connects and runs the session; resolves when the connection is closed. Rejects only
 * with the session's own bug.
 */
export async function dial(
  options: DialOptions,
  makeSession: (wire: Wire, link: Link) => Session<void>,
): Promise<Dialled> {
  const { signal } = options;
  if (signal?.aborted) return { unreached: "this server is stopping" };
  const opened = await open(options);
  if (typeof opened === "string") return { unreached: opened };
  const cut = () => opened.transport.close();
  signal?.addEventListener("abort", cut);
  try {
    return await talk(options, opened, makeSession);
  } finally {
    signal?.removeEventListener("abort", cut);
  }
}

async function talk(
  options: DialOptions,
  opened: Opened,
  makeSession: (wire: Wire, link: Link) => Session<void>,
): Promise<Dialled> {
  const { link } = opened;
  let { transport } = opened;
  const { judge, authorities = [] } = options;
  const upgrade = async () => {
    try {
      const secured = await startClientTls(
        opened.duplex(),
        judge,
        { authorities, now: Date.now() },
      );
      link.tls = secured.tls;
      return secured;
    } catch (error) {
      if (error instanceof ClientTlsFailed) link.tlsFailure = error.failure;
      throw error;
    }
  };
  if (options.implicitTls) {
    try {
      transport = (await upgrade()).transport;
    } catch (error) {
      transport.close();
      if (!(error instanceof ClientTlsFailed)) throw error;
      return toldOf(link, `TLS failed: ${error.message}`);
    }
  }
  const wire = new Wire();
  const session = makeSession(wire, link);
  await new Drive({ wire, session, transport, deadlines, upgrade }).run();
  return toldOf(link);
}

function toldOf({ tls, tlsFailure }: Link, unreached?: string): Dialled {
  return {
    ...(unreached === undefined ? {} : { unreached }),
    ...(tls === undefined ? {} : { tls }),
    ...(tlsFailure === undefined ? {} : { tlsFailure }),
  };
}

interface Opened {
  readonly link: MutableLink;
  readonly transport: Transport;
  /** The same connection as `node:tls` wants it. */
  readonly duplex: () => Duplex;
}

/** A connection, or a text that tells why there is none. */
async function open(options: DialOptions): Promise<Opened | string> {
  try {
    // `Deno.connect` cannot choose where a connection comes from.
    return options.localAddress === undefined
      ? await openConn(options)
      : await openSocket(options);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function openConn(options: DialOptions): Promise<Opened> {
  const { address: hostname, port, signal: cut } = options;
  const patience = AbortSignal.timeout(limits.smtpClient.connect);
  const signal = AbortSignal.any(cut ? [patience, cut] : [patience]);
  const conn = await Deno.connect({ hostname, port, signal })
    .catch((error) => {
      throw patience.aborted
        ? new Error("the connection took too long")
        : error;
    });
  conn.setNoDelay();
  const transport = new PlainTransport(conn);
  const local = conn.localAddr as Deno.NetAddr;
  return {
    transport,
    link: linkOf(options, local.hostname, local.port),
    duplex: () => new PlainDuplex(transport, undefined),
  };
}

async function openSocket(options: DialOptions): Promise<Opened> {
  const { address: host, port, localAddress } = options;
  // Without the right `node:net` throws where nobody can catch it.
  const right = { name: "net", host: `${inUrl(localAddress!)}:0` } as const;
  if ((await Deno.permissions.query(right)).state !== "granted") {
    throw new Error(`no right to connect from ${localAddress}`);
  }
  const socket = createConnection({ host, port, localAddress: localAddress! });
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(new Error("the connection took too long")),
      limits.smtpClient.connect,
    );
    socket.once("error", (error: Error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(openedSocket(options, socket));
    });
  });
}

function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function openedSocket(options: DialOptions, socket: Socket): Opened {
  socket.setNoDelay();
  const transport = new StreamTransport(socket);
  return {
    transport,
    link: linkOf(options, options.localAddress!, socket.localPort ?? 0),
    duplex: () => new PlainDuplex(transport, undefined),
  };
}

function linkOf(
  { address, port, id = `${address}:${port}` }: DialOptions,
  localAddress: string,
  localPort: number,
): MutableLink {
  return {
    id,
    remoteAddress: address,
    remotePort: port,
    localAddress,
    localPort,
  };
}
