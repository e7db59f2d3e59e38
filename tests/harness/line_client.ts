/**
 * Small SMTP and POP3 clients for tests and benchmarks: they say what they are told
 * and understand no more of the answers than that.
 *
 * @module
 */

import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";

/** The server closed the connection or reset it. */
export class ConnectionGone extends Error {
  override name = "ConnectionGone";
}

/** Lines over a connection; octets are kept as byte strings. */
export class LineClient {
  #buffer = new Uint8Array(64 * 1024);
  #text = "";

  constructor(readonly conn: Pick<Deno.Conn, "read" | "write" | "close">) {}

  static async connect(
    port: number,
    hostname = "127.0.0.1",
  ): Promise<LineClient> {
    try {
      return new LineClient(await Deno.connect({ hostname, port }));
    } catch (error) {
      // The server was killed with the connection in its queue.
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      throw new ConnectionGone(String(error));
    }
  }

  async send(text: string): Promise<void> {
    const bytes = latin1Encode(text);
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.conn.write(bytes.subarray(at));
      }
    } catch (error) {
      throw new ConnectionGone(String(error));
    }
  }

  /** So many octets, as a byte string. */
  async exactly(count: number): Promise<string> {
    while (this.#text.length < count) await this.#more();
    const octets = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return octets;
  }

  async line(): Promise<string> {
    return (await this.#until("\r\n")).slice(0, -2);
  }

  /** All up to and with `end`. */
  async #until(end: string): Promise<string> {
    let from = 0;
    while (true) {
      const at = this.#text.indexOf(end, from);
      if (at >= 0) {
        const found = this.#text.slice(0, at + end.length);
        this.#text = this.#text.slice(at + end.length);
        return found;
      }
      from = Math.max(0, this.#text.length - end.length);
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const count = await this.conn.read(this.#buffer).catch(() => null);
    if (count === null) throw new ConnectionGone("end of input");
    this.#text += latin1Decode(this.#buffer.subarray(0, count));
  }

  /** One SMTP reply, its lines joined. */
  async reply(): Promise<string> {
    let text = "";
    while (true) {
      const line = await this.line();
      text += (text === "" ? "" : "\n") + line;
      if (line[3] !== "-") return text;
    }
  }

  /** A POP3 multi-line answer behind its first line, dots undone, with CRLF at each end. */
  async dotLines(): Promise<string> {
    let text = "";
    for (let line = await this.line(); line !== "."; line = await this.line()) {
      text += (line.startsWith(".") ? line.slice(1) : line) + "\r\n";
    }
    return text;
  }

  async say(text: string): Promise<string> {
    await this.send(text + "\r\n");
    return await this.reply();
  }

  close(): void {
    try {
      this.conn.close();
    } catch {
      // It was closed before.
    }
  }
}

/** Sends one message over SMTP (on a connection that was greeted); the last reply. */
export async function sendMessage(
  client: LineClient,
  from: string,
  recipients: readonly string[],
  message: string,
): Promise<string> {
  const commands = [
    `MAIL FROM:<${from}>`,
    ...recipients.map((to) => `RCPT TO:<${to}>`),
    "DATA",
  ];
  await client.send(commands.map((command) => command + "\r\n").join(""));
  let last = "";
  for (const _ of commands) {
    const reply = await client.reply();
    if (!/^[23]/.test(reply)) last ||= reply;
  }
  if (last !== "") return last;
  await client.send(message.replace(/^\./gm, "..") + ".\r\n");
  return await client.reply();
}

/** Connects, reads the greeting and says EHLO. */
export async function greetSmtp(
  port: number,
  hostname?: string,
): Promise<LineClient> {
  const client = await LineClient.connect(port, hostname);
  await client.reply();
  await client.say("EHLO client.example.org");
  return client;
}

/** Connects and logs in with USER and PASS. */
export async function loginPop3(
  port: number,
  login: string,
  password: string,
): Promise<LineClient> {
  const client = await LineClient.connect(port);
  await client.line();
  for (const command of [`USER ${login}`, `PASS ${password}`]) {
    await client.send(command + "\r\n");
    const answer = await client.line();
    if (!answer.startsWith("+OK")) {
      throw new Error(`${command.split(" ")[0]}: ${answer}`);
    }
  }
  return client;
}

/** All messages of a maildrop, by UIDL. */
export async function readMaildrop(
  client: LineClient,
): Promise<Map<string, string>> {
  await client.send("UIDL\r\n");
  await client.line();
  const listing = (await client.dotLines()).split("\r\n").filter((line) =>
    line !== ""
  );
  const messages = new Map<string, string>();
  for (const line of listing) {
    const [number, uidl] = line.split(" ");
    await client.send(`RETR ${number}\r\n`);
    const answer = await client.line();
    if (!answer.startsWith("+OK")) throw new Error(`RETR ${number}: ${answer}`);
    messages.set(uidl!, await client.dotLines());
  }
  return messages;
}
