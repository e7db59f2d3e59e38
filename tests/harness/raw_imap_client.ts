/**
 * An IMAP client that sends what it is told and waits for the tagged response. It
 * understands no more of the answers than that: measured with it, two servers are
 * measured with equal work of the client.
 *
 * @module
 */

import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";

/** Octets that are read at a time. */
const PIECE = 256 * 1024;
/** As long as a tagged response may be. */
const TAIL = 2000;

/** What came before and with a tagged response. */
export interface Answer {
  readonly octets: number;
  /** All of it as a byte string; only its last part where it was only counted. */
  readonly text: string;
}

export class RawImapClient {
  readonly #piece = new Uint8Array(PIECE);
  #count = 0;

  constructor(readonly conn: Deno.Conn) {}

  /** Connects in the open, and waits for the greeting. */
  static async connect(port: number): Promise<RawImapClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return await RawImapClient.over(conn);
  }

  /** Connects under implicit TLS. */
  static async connectTls(port: number, ca: string): Promise<RawImapClient> {
    const conn = await Deno.connectTls({
      ...{ hostname: "127.0.0.1", port },
      caCerts: [ca],
    });
    return await RawImapClient.over(conn);
  }

  static async over(conn: Deno.Conn): Promise<RawImapClient> {
    const client = new RawImapClient(conn);
    await client.until("\r\n");
    return client;
  }

  /** Logs in with LOGIN. @throws {Error} */
  async login(user: string, password: string): Promise<void> {
    await this.ok(`LOGIN ${user} ${password}`);
  }

  /** A command, and its answer whole. @throws {Error} Unless it is OK. */
  async ok(command: string): Promise<Answer> {
    return await this.#say(command, true);
  }

  /** A command whose answer is counted, not kept. @throws {Error} Unless it is OK. */
  async count(command: string): Promise<number> {
    return (await this.#say(command, false)).octets;
  }

  /** Appends without waiting for the server's leave (RFC 7888). @throws {Error} */
  append(mailbox: string, message: string, flags = ""): Promise<Answer> {
    const list = flags === "" ? "" : ` (${flags})`;
    return this.ok(
      `APPEND ${mailbox}${list} {${message.length}+}\r\n${message}`,
    );
  }

  async #say(command: string, keep: boolean): Promise<Answer> {
    const tag = `t${++this.#count}`;
    await this.send(`${tag} ${command}\r\n`);
    const answer = await this.#untilTagged(tag, keep);
    const last = answer.text.slice(answer.text.lastIndexOf(`${tag} `));
    if (last.startsWith(`${tag} OK`)) return answer;
    throw new Error(`${command.slice(0, 200)}: ${last}`);
  }

  async send(text: string): Promise<void> {
    const bytes = latin1Encode(text);
    for (let at = 0; at < bytes.length;) {
      at += await this.conn.write(bytes.subarray(at));
    }
  }

  async #untilTagged(tag: string, keep: boolean): Promise<Answer> {
    let text = "";
    let octets = 0;
    for await (const piece of this.#pieces()) {
      octets += piece.length;
      // Only the end of an answer can be the tagged response: nothing is sent after it.
      if (keep) text += latin1Decode(piece);
      else text = (text + latin1Decode(piece.subarray(-TAIL))).slice(-TAIL);
      if (text.endsWith("\r\n") && hasTagged(text, tag)) break;
    }
    return { octets, text };
  }

  /** Reads until what came ends with `mark`; returns it. */
  async until(mark: string): Promise<string> {
    let text = "";
    for await (const piece of this.#pieces()) {
      text += latin1Decode(piece);
      if (text.endsWith(mark)) break;
    }
    return text;
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    while (true) {
      const read = await this.conn.read(this.#piece);
      if (read === null) throw new Error("The server closed the connection");
      yield this.#piece.subarray(0, read);
    }
  }

  close(): void {
    this.conn.close();
  }
}

function hasTagged(text: string, tag: string): boolean {
  const start = text.lastIndexOf("\r\n", text.length - 3);
  return text.startsWith(`${tag} `, start < 0 ? 0 : start + 2);
}
