/**
 * kill -9 at random moments with APPEND, STORE, MOVE, EXPUNGE and IDLE under way: what was
 * tagged OK is there, what was expunged stays gone, no UID is used twice.
 */

import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import {
  type Answer,
  type Fetched,
  ImapClient,
} from "./harness/imap_client.ts";
import { type RunningServer, startServer } from "./harness/server.ts";

const ROUNDS = 20;
const WORKERS = 4;
const MAILBOXES = ["INBOX", "Archive"];
const FLAG_SETS = ["\\Seen", "\\Flagged Work", "", "Later", "\\Answered"];
const SIZES = [150, 3000, 3000, 40_000, 300_000];

/** Where a message may be, and with which flags: "INBOX \\Seen". "" stands for nowhere. */
type Places = readonly string[];

/** What the clients know. */
class Ledger {
  /** What may be true of each message; one entry where all was answered. */
  readonly may = new Map<string, readonly Places[]>();
  /** Whose a UID is, for ever. */
  readonly owners = new Map<string, string>();
  readonly validities = new Map<string, number>();
  /** Answered commands, by name. */
  readonly done = new Map<string, number>();

  /** A message was seen under this UID. */
  owns(mailbox: string, uid: number, id: string): void {
    const key = `${mailbox} ${uid}`;
    const owner = this.owners.get(key) ?? id;
    assertEquals(id, owner, `${key} was used twice`);
    this.owners.set(key, id);
  }

  valid(mailbox: string, uidValidity: number): void {
    const before = this.validities.get(mailbox) ?? uidValidity;
    assertEquals(uidValidity, before, `UIDVALIDITY of ${mailbox}`);
    this.validities.set(mailbox, uidValidity);
  }

  count(name: string): void {
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
  }
}

function makeMessage(id: string, size: number): string {
  const body = `${id} `.repeat(12).slice(0, 70).concat("\r\n")
    .repeat(Math.ceil(size / 72));
  const sum = createHash("sha256").update(body).digest("hex");
  return `Subject: ${id}\r\nX-Id: ${id}\r\nX-Sum: ${sum}\r\n\r\n${body}`;
}

/** The id of a message; throws when it is not whole. */
function idOf({ octets }: Pick<Fetched, "octets">): string {
  const end = octets.indexOf("\r\n\r\n");
  const head = octets.slice(0, end);
  const [id, sum] = ["X-Id", "X-Sum"].map((name) =>
    new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1]?.trim()
  );
  const body = octets.slice(end + 4);
  const actual = createHash("sha256").update(body).digest("hex");
  assertEquals(actual, sum, `message ${id} is not whole`);
  return id!;
}

function place(mailbox: string, flags: readonly string[]): string {
  return [mailbox, ...flags].join(" ");
}

function flagsOf(text: string): string[] {
  return text.split(" ").filter((flag) => flag !== "").sort();
}

async function enter(server: RunningServer): Promise<ImapClient> {
  const { address, password } = server.ready.accounts[0]!;
  return await ImapClient.login(server.ready.ports.imap, address, password);
}

/** Runs until the server is gone. */
async function untilGone(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const gone = (error as Error).name === "ConnectionGone" ||
      error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.ConnectionReset;
    if (!gone) throw error;
  }
}

/** One client with messages of its own: appends, flags, moves and expunges them. */
class Worker {
  #turn = 0;

  constructor(
    readonly client: ImapClient,
    readonly ledger: Ledger,
    readonly name: string,
  ) {}

  async run(): Promise<void> {
    await this.client.ok("SELECT INBOX");
    while (true) await this.#message(`${this.name}-${this.#turn++}`);
  }

  async #message(id: string): Promise<void> {
    const { client, ledger } = this;
    const text = makeMessage(id, SIZES[this.#turn % SIZES.length]!);
    let flags = flagsOf(FLAG_SETS[this.#turn % FLAG_SETS.length]!);
    ledger.may.set(id, [[], [place("INBOX", flags)]]);
    const { uid, uidValidity } = await client.append(
      "INBOX",
      text,
      `(${flags.join(" ")})`,
    );
    ledger.valid("INBOX", uidValidity);
    ledger.owns("INBOX", uid, id);
    ledger.count("APPEND");
    ledger.may.set(id, [[place("INBOX", flags)]]);
    await client.ok("NOOP");
    for (const next of FLAG_SETS.slice(0, this.#turn % 3)) {
      flags = await this.#store(id, uid, flags, flagsOf(next));
    }
    const end = this.#turn % 4;
    if (end === 0) await this.#move(id, uid, flags);
    else if (end === 1) await this.#expunge(id, uid, flags);
  }

  async #store(
    id: string,
    uid: number,
    before: readonly string[],
    after: string[],
  ): Promise<string[]> {
    const { ledger } = this;
    const [old, now] = [place("INBOX", before), place("INBOX", after)];
    ledger.may.set(id, [[old], [now]]);
    await this.client.ok(`UID STORE ${uid} FLAGS.SILENT (${after.join(" ")})`);
    ledger.may.set(id, [[now]]);
    ledger.count("STORE");
    return after;
  }

  async #move(
    id: string,
    uid: number,
    flags: readonly string[],
  ): Promise<void> {
    const { ledger } = this;
    const [from, to] = MAILBOXES.map((mailbox) => place(mailbox, flags));
    // A move that nobody was told of may have got half of its way (RFC 6851 §3.3).
    ledger.may.set(id, [[from!], [to!], [from!, to!]]);
    const answer = await this.client.ok(`UID MOVE ${uid} Archive`);
    const [, validity, moved] = copyUid(answer);
    ledger.valid("Archive", validity);
    ledger.owns("Archive", moved, id);
    ledger.may.set(id, [[to!]]);
    ledger.count("MOVE");
  }

  async #expunge(
    id: string,
    uid: number,
    flags: readonly string[],
  ): Promise<void> {
    const { ledger } = this;
    const deleted = [...flags, "\\Deleted"].sort();
    await this.#store(id, uid, flags, deleted);
    ledger.may.set(id, [[place("INBOX", deleted)], []]);
    await this.client.ok(`UID EXPUNGE ${uid}`);
    ledger.may.set(id, [[]]);
    ledger.count("EXPUNGE");
  }
}

function copyUid({ untagged }: Answer): [string, number, number] {
  const line = untagged.find((one) => one.includes("COPYUID"))!;
  const [, validity, to] = /COPYUID (\d+) \d+ (\d+)\]/.exec(line)!;
  return [line, Number(validity), Number(to)];
}

/** Hears by IDLE of what comes, and looks at it at once: what was shown must not change. */
async function watch(client: ImapClient, ledger: Ledger): Promise<void> {
  await client.ok("SELECT INBOX");
  while (true) {
    await client.line.send("idle IDLE\r\n");
    let count = 0;
    for (let told = 0; told < 3;) {
      const response = await client.response();
      const exists = /^\* (\d+) EXISTS/.exec(response)?.[1];
      if (exists !== undefined) count = Number(exists);
      if (/^\* \d+ (?:EXISTS|EXPUNGE|FETCH)/.test(response)) told++;
      if (response.includes("EXPUNGE")) count = 0;
    }
    await client.line.send("DONE\r\n");
    while (!(await client.response()).startsWith("idle ")) count = 0;
    ledger.count("IDLE");
    if (count === 0) continue;
    const { untagged } = await client.say(
      `FETCH ${count} (UID FLAGS BODY.PEEK[])`,
    );
    for (const response of untagged) {
      const found = /FETCH \(UID (\d+) .*BODY\[\] \{(\d+)\}\r\n/.exec(response);
      if (!found) continue;
      const octets = response.slice(found.index + found[0].length)
        .slice(0, Number(found[2]));
      ledger.owns("INBOX", Number(found[1]), idOf({ octets }));
    }
  }
}

/** All mail against the ledger, which from then on knows what is true. */
async function check(server: RunningServer, ledger: Ledger): Promise<void> {
  const client = await enter(server);
  const actual = new Map<string, string[]>();
  for (const mailbox of MAILBOXES) {
    const { untagged } = await client.ok(`SELECT ${mailbox}`);
    const number = (code: string) =>
      Number(
        untagged.map((line) =>
          new RegExp(`\\[${code} (\\d+)\\]`).exec(line)?.[1]
        )
          .find((found) => found !== undefined),
      );
    ledger.valid(mailbox, number("UIDVALIDITY"));
    for (const message of await client.messages()) {
      const id = idOf(message);
      ledger.owns(mailbox, message.uid, id);
      const places = actual.get(id) ?? [];
      actual.set(id, [...places, place(mailbox, message.flags)]);
    }
    const used = [...ledger.owners.keys()]
      .filter((key) => key.startsWith(`${mailbox} `))
      .map((key) => Number(key.split(" ")[1]));
    assert(number("UIDNEXT") > Math.max(0, ...used), `UIDNEXT of ${mailbox}`);
  }
  for (const [id, places] of actual) {
    assert(ledger.may.has(id), `nobody sent ${id}, which is at ${places}`);
  }
  for (const [id, may] of ledger.may) {
    const places = actual.get(id) ?? [];
    const isRight = may.some((one) => `${one}` === `${places}`);
    assert(isRight, `${id} is at "${places}", not at "${may.join('" or "')}"`);
    ledger.may.set(id, [places]);
  }
  client.close();
}

Deno.test("kill -9 among IMAP's commands loses nothing that was tagged OK, brings nothing back, uses no UID twice", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-imap-crash-" });
  const ledger = new Ledger();
  /** Messages whose last command a kill overtook. */
  let uncertain = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServer(`${folder}/data`);
      await check(server, ledger);
      const load = Array.from(
        { length: WORKERS },
        (_, i) =>
          untilGone(async () => {
            const client = await enter(server);
            await new Worker(client, ledger, `r${round}w${i}`).run();
          }),
      );
      load.push(untilGone(async () => watch(await enter(server), ledger)));
      await new Promise((resolve) =>
        setTimeout(resolve, 100 + Math.random() * 500)
      );
      await server.kill();
      await Promise.all(load);
      uncertain += [...ledger.may.values()].filter((may) =>
        may.length > 1
      ).length;
      // A crash may take the index with it.
      if (round % 4 === 3) await removeIndex(server);
    }
    const last = await startServer(`${folder}/data`);
    await check(last, ledger);
    assertEquals(await last.stop(), 0, last.output());
    assert(uncertain > ROUNDS, `only ${uncertain} were under way`);
    for (const name of ["APPEND", "STORE", "MOVE", "EXPUNGE", "IDLE"]) {
      const done = ledger.done.get(name) ?? 0;
      assert(done > ROUNDS, `only ${done} of ${name} were answered`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function removeIndex({ ready }: RunningServer): Promise<void> {
  const [local, domain] = ready.accounts[0]!.address.split("@");
  const base = `${ready.data}/mail/${domain}/${local}/index.db`;
  await Deno.remove(base);
  for (const rest of ["-wal", "-shm"]) {
    await Deno.remove(base + rest).catch(() => {});
  }
}
