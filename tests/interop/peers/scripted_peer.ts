/**
 * An SMTP server that behaves, until its script has it do otherwise: it refuses, hangs,
 * dribbles, floods or hangs up at a step of choice, and keeps all that it was given.
 */

import { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { latin1Decode, latin1Encode } from "../../../src/bytes/mod.ts";
import type { Certified } from "./authority.ts";

/** Moments of a dialogue that a script can change. */
export type Moment =
  | "greeting"
  | "EHLO"
  | "HELO"
  | "STARTTLS"
  | "MAIL"
  | "RCPT"
  | "DATA"
  /** The end of the message. */
  | "."
  | "RSET"
  | "QUIT";

/** What is done instead of the usual reply. */
export type Act =
  /** Lines without their ends; one that begins with 421 is the last. */
  | { readonly say: string }
  | "hang"
  | "close"
  /** Lines of a reply that never ends. */
  | "flood"
  | undefined;

export interface Script {
  /** After "250-peer". */
  readonly keywords?: readonly string[];
  readonly certificate?: Certified;
  /** Asked at each moment; `line` is the command, `count` how often the moment came before. */
  readonly act?: (moment: Moment, line: string, count: number) => Act;
  /** Octets of a message that are read before the connection is dropped. */
  readonly dropAfter?: number;
  /** Milliseconds before each octet that is sent. */
  readonly pace?: number;
}

export interface TakenMessage {
  readonly mail: string;
  readonly recipients: readonly string[];
  /** As it came, dots undone. */
  readonly text: string;
  readonly isTls: boolean;
}

const USUAL: Readonly<Record<Moment, string>> = {
  greeting: "220 peer ESMTP",
  EHLO: "",
  HELO: "250 peer",
  STARTTLS: "220 2.0.0 Go ahead",
  MAIL: "250 2.1.0 OK",
  RCPT: "250 2.1.5 OK",
  DATA: "354 Go ahead",
  ".": "250 2.0.0 Taken",
  RSET: "250 2.0.0 OK",
  QUIT: "221 2.0.0 Bye",
};

export const KEYWORDS = ["PIPELINING", "8BITMIME", "SIZE 10000000"];

export class ScriptedPeer implements AsyncDisposable {
  readonly taken: TakenMessage[] = [];
  /** All commands of all connections. */
  readonly commands: string[] = [];
  readonly #listener: Deno.Listener;
  readonly #open = new Set<{ close(): void }>();
  readonly #counts = new Map<Moment, number>();
  readonly #ended: Promise<void>;
  /** May be replaced while it runs. */
  script: Script;

  constructor(hostname: string, port: number, script: Script = {}) {
    this.script = script;
    this.#listener = Deno.listen({ hostname, port });
    this.#ended = this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#open.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) conn.close();
    await this.#ended;
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      const stream = new PlainStream(conn);
      this.#open.add(stream);
      // Not waited for: a client that left in a handshake leaves TLS waiting for good.
      void this.#talk(stream).catch(() => {}).finally(() => {
        stream.close();
        this.#open.delete(stream);
      });
    }
  }

  async #talk(plain: PlainStream): Promise<void> {
    let stream: Stream = plain;
    let lines = new Lines(stream);
    let mail = "";
    let recipients: string[] = [];
    const say = (text: string) => this.#send(stream, text + "\r\n");
    /** True when the dialogue goes on. */
    const answer = async (moment: Moment, line = ""): Promise<string> => {
      const count = this.#counts.get(moment) ?? 0;
      this.#counts.set(moment, count + 1);
      const act = this.script.act?.(moment, line, count);
      if (act === "close") throw new Error("hung up");
      if (act === "hang") await lines.silence();
      if (act === "flood") {
        for (;;) await stream.write(`250-${"x".repeat(200)}\r\n`);
      }
      const text = typeof act === "object"
        ? act.say
        : moment === "EHLO"
        ? this.#hello(stream !== plain)
        : USUAL[moment];
      await say(text);
      if (text.startsWith("421")) throw new Error("hung up");
      return text;
    };
    await answer("greeting");
    for (;;) {
      const line = await lines.line();
      this.commands.push(line);
      const verb = line.split(/[ :]/)[0]!.toUpperCase();
      if (!(verb in USUAL)) {
        await say("502 5.5.1 Not here");
        continue;
      }
      if (verb === "DATA" && recipients.length === 0) {
        await say("503 5.5.1 To whom?");
        continue;
      }
      const reply = await answer(verb as Moment, line);
      if (verb === "QUIT") return;
      if (!/^[23]/.test(reply)) continue;
      if (verb === "STARTTLS") {
        stream = await TlsStream.accept(plain, this.script.certificate!);
        lines = new Lines(stream);
      } else if (verb === "MAIL") [mail, recipients] = [line, []];
      else if (verb === "RCPT") recipients.push(line);
      else if (verb === "RSET") recipients = [];
      else if (verb === "DATA") {
        const text = await lines.message(this.script.dropAfter);
        const isTls = stream !== plain;
        const message = { mail, recipients, text, isTls };
        const end = await answer(".");
        if (end.startsWith("2")) this.taken.push(message);
      }
    }
  }

  #hello(isTls: boolean): string {
    const { keywords = KEYWORDS, certificate } = this.script;
    const all = ["peer", ...keywords];
    if (certificate && !isTls) all.push("STARTTLS");
    return all.map((word, i) => `250${i < all.length - 1 ? "-" : " "}${word}`)
      .join("\r\n");
  }

  async #send(stream: Stream, text: string): Promise<void> {
    const { pace } = this.script;
    if (pace === undefined) return await stream.write(text);
    for (const octet of text) {
      await new Promise((resolve) => setTimeout(resolve, pace));
      await stream.write(octet);
    }
  }
}

interface Stream {
  read(): Promise<Uint8Array | undefined>;
  write(text: string): Promise<void>;
}

class PlainStream implements Stream {
  readonly #buffer = new Uint8Array(64 * 1024);

  constructor(readonly conn: Deno.TcpConn | Deno.Conn) {}

  async read(): Promise<Uint8Array | undefined> {
    const count = await this.conn.read(this.#buffer).catch(() => null);
    return count === null ? undefined : this.#buffer.slice(0, count);
  }

  async write(text: string): Promise<void> {
    await this.writeOctets(latin1Encode(text));
  }

  async writeOctets(octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length;) {
      at += await this.conn.write(octets.subarray(at));
    }
  }

  close(): void {
    try {
      this.conn.close();
    } catch {
      // TLS has closed it.
    }
  }
}

class TlsStream implements Stream {
  private constructor(readonly socket: TLSSocket) {}

  static async accept(
    plain: PlainStream,
    { chain, key }: Certified,
  ): Promise<TlsStream> {
    const duplex = new Duplex({
      read() {
        plain.read().then((octets) => this.push(octets ?? null));
      },
      write(chunk: Uint8Array, _, done) {
        plain.writeOctets(chunk).then(() => done(), done);
      },
      destroy(error, done) {
        plain.close();
        done(error);
      },
    });
    const socket = new TLSSocket(duplex, { isServer: true, cert: chain, key });
    await new Promise((resolve, reject) => {
      socket.once("secure", resolve);
      socket.once("error", reject);
      socket.once("close", reject);
    });
    socket.on("error", () => {});
    return new TlsStream(socket);
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.socket.read();
      if (chunk !== null) return chunk;
      if (this.socket.destroyed || this.socket.readableEnded) return undefined;
      await new Promise<void>((resolve) => {
        const events = ["readable", "end", "close"];
        const wake = () => {
          for (const name of events) this.socket.off(name, wake);
          resolve();
        };
        for (const name of events) this.socket.on(name, wake);
      });
    }
  }

  write(text: string): Promise<void> {
    return new Promise((resolve, reject) =>
      this.socket.write(
        latin1Encode(text),
        (error) => error ? reject(error) : resolve(),
      )
    );
  }
}

class Lines {
  #text = "";

  constructor(readonly stream: Stream) {}

  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      await this.#more();
    }
  }

  /** A message up to its dot; throws after `dropAfter` octets. */
  async message(dropAfter = Infinity): Promise<string> {
    const ended = () =>
      this.#text.startsWith(".\r\n") ? 0 : this.#text.indexOf("\r\n.\r\n") + 2;
    for (;;) {
      const end = ended();
      if (end === 0 || end > 1) {
        if (end > dropAfter) throw new Error("dropped");
        const text = this.#text.slice(0, end).replace(/^\./gm, "");
        this.#text = this.#text.slice(end + 3);
        return text;
      }
      if (this.#text.length > dropAfter) throw new Error("dropped");
      await this.#more();
    }
  }

  /** Until the other side goes. */
  async silence(): Promise<never> {
    for (;;) await this.#more();
  }

  async #more(): Promise<void> {
    const octets = await this.stream.read();
    if (octets === undefined) throw new Error("the client has gone");
    this.#text += latin1Decode(octets);
  }
}
