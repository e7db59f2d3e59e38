/** Lines of JSON over a connection. */

/** The longest line: a call names a few things, an item tells of one message. */
const LONGEST = 1024 * 1024;

/** The values that come over `conn`, one a line, up to its end. */
export async function* readLines(
  conn: Pick<Deno.Conn, "read">,
): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16 * 1024);
  let text = "";
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) return;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
    if (text.length > LONGEST) throw new Error("The line is too long");
  }
}

/** Gathers lines so that a short item does not cost a write of its own. */
export class LineWriter {
  readonly #conn: Pick<Deno.Conn, "write">;
  readonly #encoder = new TextEncoder();
  #waiting = "";

  constructor(conn: Pick<Deno.Conn, "write">) {
    this.#conn = conn;
  }

  async write(value: unknown): Promise<void> {
    this.#waiting += `${JSON.stringify(value)}\n`;
    if (this.#waiting.length > 32 * 1024) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = this.#encoder.encode(this.#waiting);
    this.#waiting = "";
    for (let at = 0; at < bytes.length;) {
      at += await this.#conn.write(bytes.subarray(at));
    }
  }
}
