/** A small line protocol over real sockets, for the tests of this folder. */

import {
  Certificates,
  type ListenerOptions,
  Net,
  type NetOptions,
} from "../../src/net/mod.ts";
import {
  Disconnected,
  flush,
  type Link,
  type Session,
  ShuttingDown,
  TimedOut,
  type Wire,
  work,
} from "../../src/wire/mod.ts";

export interface Logged {
  event: string;
  fields: Record<string, unknown>;
}

/** Peers that left during a LONG. */
export const left: string[] = [];

/** ECHO, STARTTLS, SLEEP, LONG, BIG n, WHO, QUIT. */
export function* lineProtocol(wire: Wire, link: Link): Session<void> {
  wire.sendLine("hello");
  try {
    while (true) {
      const [verb, argument] = (yield* wire.command(1000)).split(" ");
      switch (verb) {
        case "QUIT":
          wire.sendLine("bye");
          return;
        case "STARTTLS":
          wire.sendLine("go");
          yield* wire.upgrade("tls");
          break;
        case "SLEEP":
          yield* work(() =>
            new Promise((resolve) => setTimeout(resolve, Number(argument)))
          );
          wire.sendLine("awake");
          break;
        case "LONG":
          try {
            // A bound that is never reached, or the test fails.
            for (let turns = 0; turns < Number(argument); turns++) {
              yield* work(() =>
                new Promise((resolve) => setTimeout(resolve, 1))
              );
              yield* wire.unlessGone();
            }
            wire.sendLine("done");
          } catch (error) {
            if (error instanceof Disconnected) left.push(link.id);
            throw error;
          }
          break;
        case "PATIENCE":
          wire.patience = Number(argument);
          wire.sendLine("ok");
          break;
        case "BIG":
          for (let left = Number(argument); left > 0; left -= 65536) {
            wire.sendBytes(new Uint8Array(65536));
            yield* flush();
          }
          break;
        case "WHO":
          wire.sendLine(
            `${link.remoteAddress} ${link.remotePort} ${
              link.tls?.version ?? "clear"
            } ${link.tls?.serverName ?? "-"} ${
              link.tls?.endPoint?.length ?? 0
            }`,
          );
          break;
        case "THROW":
          throw new Error("a bug");
        default:
          wire.sendLine(`echo ${verb}`);
      }
    }
  } catch (error) {
    if (error instanceof TimedOut) wire.sendLine("too slow");
    else if (error instanceof ShuttingDown) wire.sendLine("closing");
    else if (!(error instanceof Disconnected)) throw error;
  }
}

export interface Started {
  net: Net;
  port: number;
  log: Logged[];
}

export function start(
  listener: Partial<ListenerOptions> = {},
  options: Partial<NetOptions> = {},
): Started {
  const log: Logged[] = [];
  let ids = 0;
  const net = new Net({
    certificates: undefined,
    limits: { total: 100, perPeer: 50 },
    log: (event, fields) => log.push({ event, fields }),
    newId: () => `c${++ids}`,
    ...options,
  });
  const { address } = net.listen({
    name: "lines",
    hostname: "127.0.0.1",
    port: 0,
    implicitTls: false,
    proxiesFrom: [],
    session: lineProtocol,
    refusal: "busy",
    ...listener,
  });
  return { net, port: address.port, log };
}

/** A peer that writes text and reads lines. */
export class Peer {
  #text = "";
  readonly #decoder = new TextDecoder();
  constructor(readonly conn: Deno.Conn) {}

  static async connect(port: number): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async send(text: string): Promise<void> {
    await this.conn.write(new TextEncoder().encode(text));
  }

  /** The next line without its CRLF; undefined at the end. */
  async line(): Promise<string | undefined> {
    const buffer = new Uint8Array(4096);
    while (!this.#text.includes("\r\n")) {
      const count = await this.conn.read(buffer).catch(() => null);
      if (count === null) return undefined;
      this.#text += this.#decoder.decode(buffer.subarray(0, count), {
        stream: true,
      });
    }
    const end = this.#text.indexOf("\r\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    return line;
  }

  async say(text: string): Promise<string | undefined> {
    await this.send(text + "\r\n");
    return await this.line();
  }

  close(): void {
    try {
      this.conn.close();
    } catch {
      // Closed by the test already.
    }
  }
}

export { Certificates };
