/** One query over TCP, for answers that UDP cannot carry (RFC 7766 §5, §8). */

import type { Exchange } from "./datagram.ts";
import type { NameServer } from "./resolv_conf.ts";

/**
 * The first message of `server`, at most 65,535 octets. Rejects when the connection
 * fails or ends too early, when the message answers something else, and when
 * `signal` says so.
 */
export async function exchangeStream(
  { address, port }: NameServer,
  { query, accepts }: Exchange,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const conn = await Deno.connect({ hostname: address, port, signal });
  let open = true;
  // Closing makes what is under way fail.
  const close = () => {
    if (open) conn.close();
    open = false;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    signal.throwIfAborted();
    await writeAll(conn, withLength(query));
    const [high, low] = await readExactly(conn, 2);
    const message = await readExactly(conn, high! << 8 | low!);
    if (!accepts(message)) throw new Error("answers another question");
    return message;
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function withLength(query: Uint8Array): Uint8Array {
  const framed = new Uint8Array(query.length + 2);
  framed.set([query.length >> 8, query.length & 0xff]);
  framed.set(query, 2);
  return framed;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let sent = 0;
  while (sent < bytes.length) sent += await conn.write(bytes.subarray(sent));
}

async function readExactly(conn: Deno.Conn, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  for (let have = 0; have < size;) {
    const got = await conn.read(bytes.subarray(have));
    if (got === null) throw new Error("ended its answer too early");
    have += got;
  }
  return bytes;
}
