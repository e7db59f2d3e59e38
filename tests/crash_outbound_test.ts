/**
 * kill -9 at random moments while mail goes out: what was acknowledged arrives at the
 * other server, and nothing arrives twice but what that server had just been given.
 */

import { assert, assertEquals } from "@std/assert";
import {
  ConnectionGone,
  greetSmtp,
  LineClient,
  sendMessage,
} from "./harness/line_client.ts";
import { type Served, ServeSite } from "./serve/serve_site.ts";

const ROUNDS = 10;
const SENDERS = 4;
const PATIENCE = 30_000;

/** One time that a message came to its last dot. */
interface Copy {
  readonly round: number;
  /** Messages that came behind it in its connection. */
  behind: number;
}

/** Another server: it takes everything, and keeps what it was given. */
class Sink implements AsyncDisposable {
  readonly copies = new Map<string, Copy[]>();
  round = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #talks = new Set<Promise<void>>();
  readonly #ended = this.#accept();

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Resolves when all clients have gone. */
  async quiet(): Promise<void> {
    await Promise.all(this.#talks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#ended;
    await this.quiet();
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      const client = new LineClient(conn);
      const talk = this.#talk(client).catch((error) => {
        if (!(error instanceof ConnectionGone)) throw error;
      }).finally(() => {
        this.#talks.delete(talk);
        client.close();
      });
      this.#talks.add(talk);
    }
  }

  async #talk(client: LineClient): Promise<void> {
    const before: Copy[] = [];
    await client.send("220 sink ESMTP\r\n");
    for (;;) {
      const line = await client.line();
      const verb = line.split(/[ :]/)[0]!.toUpperCase();
      if (verb === "DATA") {
        await client.send("354 Go ahead\r\n");
        const copy = this.#take(await client.dotLines());
        for (const earlier of before) earlier.behind++;
        before.push(copy);
        // Who takes its time is caught more often between the dot and the answer.
        await pause(Math.random() * 10);
        await client.send("250 2.0.0 Taken\r\n");
      } else if (verb === "EHLO") {
        await client.send("250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
      } else if (verb === "QUIT") {
        await client.send("221 2.0.0 Bye\r\n");
        return;
      } else await client.send("250 2.0.0 OK\r\n");
    }
  }

  #take(text: string): Copy {
    const [, id] = /^X-Id: (\S+)\r$/m.exec(text) ?? [];
    assert(id !== undefined && text.endsWith(`\r\nend of ${id}\r\n`), text);
    const copy: Copy = { round: this.round, behind: 0 };
    this.copies.set(id, [...this.copies.get(id) ?? [], copy]);
    return copy;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Sends until the server is gone; what was acknowledged goes into `acknowledged`. */
async function sendUntilGone(
  { ports }: Served,
  name: string,
  acknowledged: Set<string>,
): Promise<void> {
  let client: LineClient | undefined;
  try {
    client = await greetSmtp(ports.smtp!);
    for (let i = 0;; i++) {
      const id = `${name}-${i}`;
      const filler = `${id} `.repeat(8).slice(0, 70) + "\r\n";
      const body = filler.repeat([2, 50, 1000][i % 3]!);
      const text = `Subject: x\r\nX-Id: ${id}\r\n\r\n${body}end of ${id}\r\n`;
      const to = [`box@${["one", "two"][i % 2]}.test`];
      const reply = await sendMessage(client, "s@example.org", to, text);
      assert(reply.startsWith("250"), reply);
      acknowledged.add(id);
      await pause(5);
    }
  } catch (error) {
    const isGone = error instanceof ConnectionGone ||
      error instanceof Deno.errors.ConnectionRefused;
    if (!isGone) throw error;
  } finally {
    client?.close();
  }
}

Deno.test("kill -9 while mail goes out loses nothing that was acknowledged, and repeats only what the peer had just been given", async () => {
  await using sink = new Sink();
  const peer = { host: "127.0.0.1", port: sink.port, relay: true };
  await using site = await ServeSite.make({
    Outbound: { Routes: { "one.test": peer, "two.test": peer } },
  });
  const acknowledged = new Set<string>();
  for (; sink.round < ROUNDS; sink.round++) {
    const server = await site.serve();
    const senders = Array.from(
      { length: SENDERS },
      (_, i) => sendUntilGone(server, `r${sink.round}s${i}`, acknowledged),
    );
    await pause(100 + Math.random() * 500);
    server.signal("SIGKILL");
    await Promise.all([server.ended, ...senders]);
    await sink.quiet();
  }
  await using last = await site.serve();
  const lacking = () => [...acknowledged].filter((id) => !sink.copies.has(id));
  const until = performance.now() + PATIENCE;
  while (lacking().length > 0 && performance.now() < until) await pause(50);
  assertEquals(lacking(), [], last.output());
  assertEquals(await last.stop(), 0, last.output());
  await sink.quiet();

  assert(acknowledged.size > ROUNDS * SENDERS, `only ${acknowledged.size}`);
  for (const [id, copies] of sink.copies) {
    const rounds = copies.map(({ round }) => round);
    // Never again in the life of one process, and never but after the last words of a connection.
    assertEquals(rounds.length, new Set(rounds).size, `${id}: ${rounds}`);
    for (const { behind } of copies.slice(0, -1)) {
      assert(behind <= 1, `${id} came again, though ${behind} came behind it`);
    }
  }
  assertEquals((await site.command("queue list --json")).trim(), "");
});
