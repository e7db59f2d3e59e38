/**
 * kill -9 at random moments, under load: what was acknowledged is there exactly once,
 * whole; what was removed stays removed.
 */

import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import {
  greetSmtp,
  type LineClient,
  loginPop3,
  readMaildrop,
  sendMessage,
} from "./harness/line_client.ts";
import { type RunningServer, startServer } from "./harness/server.ts";

const ROUNDS = 20;
const SENDERS = 6;
/** Messages that stay in a maildrop from round to round. */
const KEPT = 20;
const BOTH = ["alice@example.test", "bob@example.test"];

/** What senders know: acknowledged messages, and all that were begun. */
interface Ledger {
  readonly acknowledged: Map<string, readonly string[]>;
  /** Removals whose QUIT was answered, by account: message ids. */
  readonly removed: Map<string, Set<string>>;
  /** Removals whose QUIT was not answered: either is right. */
  readonly uncertain: Set<string>;
  sent: number;
}

const SIZES = [200, 4000, 4000, 60_000, 700_000];

/** A message that carries its own id and checksum. */
function makeMessage(id: string, size: number): string {
  const line = `${id} `.repeat(8).slice(0, 70) + "\r\n";
  const body = line.repeat(Math.ceil(size / line.length));
  const sum = createHash("sha256").update(body).digest("hex");
  return `Subject: ${id}\r\nX-Id: ${id}\r\nX-Sum: ${sum}\r\n\r\n${body}`;
}

/** The id of a stored message; throws when it is not whole. */
function idOf(message: string): string {
  const end = message.indexOf("\r\n\r\n");
  const id = /^X-Id: (.+)$/m.exec(message.slice(0, end))?.[1]?.trim();
  const sum = /^X-Sum: (.+)$/m.exec(message.slice(0, end))?.[1]?.trim();
  assert(
    id !== undefined,
    `a message without its id: ${message.slice(0, 200)}`,
  );
  const actual = createHash("sha256").update(message.slice(end + 4)).digest(
    "hex",
  );
  assertEquals(actual, sum, `message ${id} is not whole`);
  return id;
}

/** Sends until the server is gone. */
async function sendUntilGone(
  server: RunningServer,
  ledger: Ledger,
  name: string,
): Promise<void> {
  let client: LineClient | undefined;
  try {
    client = await greetSmtp(server.ready.ports.smtp);
    for (let i = 0;; i++) {
      const id = `${name}-${i}`;
      const to = [BOTH, [BOTH[0]!], [BOTH[1]!]][i % 3]!;
      ledger.sent++;
      const reply = await sendMessage(
        client,
        "s@example.org",
        to,
        makeMessage(id, SIZES[i % SIZES.length]!),
      );
      assert(reply.startsWith("250"), reply);
      ledger.acknowledged.set(id, to);
    }
  } catch (error) {
    if (
      (error as Error).name !== "ConnectionGone" &&
      !(error instanceof Deno.errors.ConnectionRefused)
    ) {
      throw error;
    }
  } finally {
    client?.close();
  }
}

/** Removes the first messages of an account until the server is gone. */
async function removeUntilGone(
  server: RunningServer,
  ledger: Ledger,
  account: number,
): Promise<void> {
  const { address, password } = server.ready.accounts[account]!;
  try {
    while (true) {
      const client = await loginPop3(
        server.ready.ports.pop3,
        address,
        password,
      );
      const ids = [...(await readMaildrop(client)).values()].slice(0, 5).map(
        idOf,
      );
      for (const [i] of ids.entries()) {
        await client.send(`DELE ${i + 1}\r\n`);
        await client.line();
      }
      for (const id of ids) ledger.uncertain.add(`${address} ${id}`);
      await client.send("QUIT\r\n");
      const answer = await client.line();
      client.close();
      if (answer.startsWith("+OK")) {
        for (const id of ids) ledger.removed.get(address)!.add(id);
      }
    }
  } catch (error) {
    if (
      (error as Error).name !== "ConnectionGone" &&
      !(error instanceof Deno.errors.ConnectionRefused)
    ) {
      throw error;
    }
  }
}

/** Empties a maildrop but for a few messages, so that rounds stay short; removed is removed. */
async function thinOut(
  client: LineClient,
  ids: readonly string[],
  removed: Set<string>,
): Promise<void> {
  for (let number = KEPT + 1; number <= ids.length; number++) {
    await client.send(`DELE ${number}\r\n`);
    await client.line();
  }
  await client.send("QUIT\r\n");
  assertEquals((await client.line()).slice(0, 3), "+OK");
  for (const id of ids.slice(KEPT)) removed.add(id);
}

/** Every account's mail against the ledger; deliveries from the spool may still be under way. */
async function check(server: RunningServer, ledger: Ledger): Promise<void> {
  for (const { address, password } of server.ready.accounts) {
    let missing: string[] = [];
    for (let tries = 0; tries < 200; tries++) {
      const client = await loginPop3(
        server.ready.ports.pop3,
        address,
        password,
      );
      const ids = [...(await readMaildrop(client)).values()].map(idOf);
      assertEquals(
        ids.length,
        new Set(ids).size,
        `${address} has a message twice`,
      );
      const removed = ledger.removed.get(address)!;
      assertEquals(
        ids.filter((id) => removed.has(id)),
        [],
        `${address}: removed mail came back`,
      );
      const there = new Set(ids);
      missing = [...ledger.acknowledged]
        .filter(([id, to]) =>
          to.includes(address) && !there.has(id) && !removed.has(id) &&
          !ledger.uncertain.has(`${address} ${id}`)
        )
        .map(([id]) => id);
      if (missing.length === 0) await thinOut(client, ids, removed);
      client.close();
      if (missing.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(missing, [], `${address} lacks acknowledged mail`);
  }
}

Deno.test("kill -9 under load loses nothing that was acknowledged, doubles nothing, brings nothing back", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-crash-" });
  const ledger: Ledger = {
    acknowledged: new Map(),
    removed: new Map(BOTH.map((address) => [address, new Set<string>()])),
    uncertain: new Set(),
    sent: 0,
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServer(`${folder}/data`);
      await check(server, ledger);
      const load = Array.from(
        { length: SENDERS },
        (_, i) => sendUntilGone(server, ledger, `r${round}s${i}`),
      );
      load.push(removeUntilGone(server, ledger, round % 2));
      await new Promise((resolve) =>
        setTimeout(resolve, 50 + Math.random() * 600)
      );
      await server.kill();
      await Promise.all(load);
    }
    const last = await startServer(`${folder}/data`);
    await check(last, ledger);
    assertEquals(await last.stop(), 0, last.output());
    assert(
      ledger.acknowledged.size > ROUNDS * SENDERS,
      `only ${ledger.acknowledged.size} were acknowledged`,
    );
    assert(
      [...ledger.removed.values()].some((ids) => ids.size > 0),
      "nothing was removed",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
