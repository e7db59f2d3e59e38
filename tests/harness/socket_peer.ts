/** A client of a real server, as the player of transcripts wants it. */

import { latin1Decode, latin1Encode, utf8Decode } from "../../src/bytes/mod.ts";
import type { Peer } from "./stage.ts";

/** Milliseconds that a line may take. */
const PATIENCE = 10_000;

export class SocketPeer implements Peer {
  #conn: Deno.Conn;
  #heard = "";
  #ended = false;
  #buffer = new Uint8Array(16 * 1024);

  private constructor(conn: Deno.Conn, readonly ca: string) {
    this.#conn = conn;
  }

  /** Connects to `port` of loopback, under TLS from the start where it is `secure`. */
  static async connect(
    port: number,
    ca: string,
    isSecure: boolean,
  ): Promise<SocketPeer> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    const peer = new SocketPeer(conn, ca);
    if (isSecure) await peer.startTls();
    return peer;
  }

  async send(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.#conn.write(bytes.subarray(at));
      }
    } catch {
      // The server has closed: the script tells what it said before.
    }
  }

  async hear(): Promise<string | undefined> {
    while (!this.#heard.includes("\r\n")) {
      if (!await this.#read()) {
        const rest = this.#heard;
        this.#heard = "";
        return rest === "" ? undefined : `${rest}\n`;
      }
    }
    return this.#take();
  }

  surplus(): Promise<string | undefined> {
    return Promise.resolve(
      this.#heard.includes("\r\n") ? this.#take() : undefined,
    );
  }

  /** The server shows by its own handshake that it has begun. */
  async startTls(): Promise<boolean> {
    try {
      const conn = await Deno.startTls(this.#conn as Deno.TcpConn, {
        hostname: "localhost",
        caCerts: [this.ca],
      });
      this.#conn = conn;
      await conn.handshake();
      return true;
    } catch {
      return false;
    }
  }

  async isClosed(): Promise<boolean> {
    while (await this.#read()) if (this.#heard !== "") return false;
    return this.#ended;
  }

  async end(): Promise<void> {
    // The server may have closed already.
    await this.#conn.closeWrite().catch(() => {});
  }

  /** Says goodbye, and waits until the server has let go of the connection; what it still said. */
  async leave(): Promise<string> {
    await this.end();
    while (await this.#read());
    try {
      this.#conn.close();
    } catch {
      // A handshake that failed has closed it.
    }
    return this.#heard;
  }

  #take(): string {
    const end = this.#heard.indexOf("\r\n");
    const line = this.#heard.slice(0, end);
    this.#heard = this.#heard.slice(end + 2);
    return utf8Decode(latin1Encode(line)) ?? line;
  }

  /** Reads once; false at the end, and when nothing comes. */
  async #read(): Promise<boolean> {
    if (this.#ended) return false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<"late">((resolve) =>
      timer = setTimeout(() => resolve("late"), PATIENCE)
    );
    const count = await Promise.race([
      // A reset is an end, too.
      this.#conn.read(this.#buffer).catch(() => null),
      timeout,
    ]);
    clearTimeout(timer);
    if (count === "late") return false;
    this.#ended = count === null;
    this.#heard += latin1Decode(this.#buffer.subarray(0, count ?? 0));
    return !this.#ended;
  }
}
