/** A name server of a test's making, over UDP and TCP on one port of loopback. */

import { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import packet from "dns-packet";

/** A query as it came. */
export interface Asked {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly via: "udp" | "tcp";
  /** The UDP port that it came from. */
  readonly port: number;
  readonly bytes: Uint8Array;
}

/** What goes back, in this order: messages as they are (over TCP with a length in front, unless `raw`). */
export type Reply = readonly Uint8Array[];
export type Answerer = (asked: Asked) => Reply | Promise<Reply>;

export interface FakeNameServer {
  readonly address: string;
  readonly port: number;
  /** All queries, in their order. */
  readonly asked: readonly Asked[];
  /** Sends over UDP from another port than the server's, as one who is not the server does. */
  forge(message: Uint8Array, toPort: number): Promise<void>;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly address?: string;
  /** What goes back over TCP is all of the stream's octets. */
  readonly raw?: boolean;
}

export async function fakeNameServer(
  answer: Answerer,
  { address = "127.0.0.1", raw = false }: FakeOptions = {},
): Promise<FakeNameServer> {
  const asked: Asked[] = [];
  const listener = Deno.listen({ hostname: address, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const socket = await bound(address, port);
  socket.on("message", async (message, from) => {
    const query = read(message, "udp", from.port);
    asked.push(query);
    for (const reply of await answer(query)) {
      socket.send(reply, from.port, from.address);
    }
  });
  const serving = serveStreams(listener, asked, answer, raw);
  return {
    ...{ address, port, asked },
    async forge(message, toPort) {
      const other = await bound(address, 0);
      await new Promise((resolve) =>
        other.send(message, toPort, address, resolve)
      );
      other.close();
    },
    async close() {
      socket.close();
      listener.close();
      await serving;
    },
  };
}

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.bind(port, address, resolve);
  });
  return socket;
}

async function serveStreams(
  listener: Deno.Listener,
  asked: Asked[],
  answer: Answerer,
  raw: boolean,
): Promise<void> {
  for await (const conn of listener) {
    const buffer = new Uint8Array(2048);
    const size = await conn.read(buffer) ?? 0;
    const query = read(buffer.slice(2, size), "tcp", 0);
    asked.push(query);
    for (const reply of await answer(query)) {
      const framed = raw ? reply : Uint8Array.from([
        reply.length >> 8,
        reply.length & 0xff,
        ...reply,
      ]);
      await conn.write(framed);
    }
    conn.close();
  }
}

function read(bytes: Uint8Array, via: Asked["via"], port: number): Asked {
  const { id, questions } = packet.decode(Buffer.from(bytes));
  const [{ name, type } = { name: "", type: "" }] = questions;
  return { id, name, type, via, port, bytes: Uint8Array.from(bytes) };
}

/** A record as dns-packet takes it. */
export interface FakeRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly data: unknown;
}

export interface FakeMessage {
  readonly answers?: readonly FakeRecord[];
  readonly authorities?: readonly FakeRecord[];
  readonly rcode?: number;
  readonly authentic?: boolean;
  readonly truncated?: boolean;
  /** Instead of what was asked. */
  readonly id?: number;
  readonly question?: { readonly name: string; readonly type: string };
  readonly noQuestion?: boolean;
}

/** An answer to `asked`. */
export function respond(asked: Asked, message: FakeMessage): Uint8Array {
  const { rcode = 0, authentic = false, truncated = false } = message;
  const question = message.question ?? { name: asked.name, type: asked.type };
  const withTtl = (record: FakeRecord) => ({ ttl: 300, ...record });
  return Uint8Array.from(packet.encode({
    type: "response",
    id: message.id ?? asked.id,
    flags: rcode | packet.RECURSION_DESIRED | 0x80 |
      (authentic ? packet.AUTHENTIC_DATA : 0) |
      (truncated ? packet.TRUNCATED_RESPONSE : 0),
    questions: message.noQuestion ? [] : [question],
    answers: (message.answers ?? []).map(withTtl),
    authorities: (message.authorities ?? []).map(withTtl),
  }));
}

/** A SOA record that lets negative answers be kept for `minimum` seconds. */
export function soa(name: string, minimum = 60, ttl = 3600): FakeRecord {
  const numbers = { serial: 1, refresh: 1, retry: 1, expire: 1, minimum };
  const data = { mname: "ns.test", rname: "root.test", ...numbers };
  return { name, type: "SOA", ttl, data };
}
