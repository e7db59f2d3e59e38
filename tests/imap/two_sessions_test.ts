/**
 * Two sessions, random commands, one mailbox: what each client was told never disagrees
 * with the mailbox, and comes only when it may (RFC 9051 §5.2, §7.5.1).
 */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import type { Peer } from "../harness/stage.ts";

const USER = "alice@example.test";
const FLAGS = ["\\Seen", "\\Deleted", "\\Flagged", "Work"];

type Chance = (below: number) => number;

/** A client that believes what it is told, and complains when that cannot be. */
class Believer {
  /** By sequence number: UID and flags, as far as it was told. */
  messages: { uid?: number; flags?: string }[] = [];
  #tag = 0;

  constructor(readonly peer: Peer, readonly name: string) {}

  /** Says a command and takes in all that is answered. */
  async say(command: string): Promise<void> {
    const tag = `${this.name}${++this.#tag}`;
    await this.peer.send(latin1Encode(`${tag} ${command}\r\n`));
    const lines: string[] = [];
    for (let line; (line = await this.peer.hear()) !== undefined;) {
      lines.push(line);
    }
    const done = lines.pop() ?? "";
    assert(
      done.startsWith(`${tag} OK`) || done.includes("[EXPUNGEISSUED]") ||
        done.includes("No message has that number"),
      `${command}: ${done}`,
    );
    // Whoever asks for silence has to work out itself what became of the flags.
    if (command.includes(".SILENT")) {
      for (const message of this.messages) delete message.flags;
    }
    const keepsNumbers = /^(?:FETCH|STORE|SEARCH)/.test(command);
    for (const line of lines) this.#hear(line, keepsNumbers);
  }

  #hear(line: string, keepsNumbers: boolean): void {
    const [, digits, what] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)/.exec(line) ??
      [];
    const number = Number(digits);
    if (what === "EXISTS") this.#exists(number);
    else if (what === "EXPUNGE") {
      assert(!keepsNumbers, `an EXPUNGE at the wrong moment: ${line}`);
      assert(number <= this.messages.length, line);
      this.messages.splice(number - 1, 1);
    } else if (what === "FETCH") this.#fetched(number, line);
  }

  #exists(count: number): void {
    assert(count >= this.messages.length, `${count} EXISTS takes some away`);
    while (this.messages.length < count) this.messages.push({});
  }

  #fetched(number: number, line: string): void {
    const message = this.messages[number - 1];
    assert(message !== undefined, `nobody told of the message in ${line}`);
    const uid = /UID (\d+)/.exec(line)?.[1];
    if (uid !== undefined) {
      assertEquals(message.uid ?? Number(uid), Number(uid), line);
      message.uid = Number(uid);
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1];
    if (flags !== undefined) {
      message.flags = flags.split(" ").filter((flag) => flag !== "\\Recent")
        .join(" ");
    }
  }
}

function randomCommand(client: Believer, chance: Chance): string {
  const count = Math.max(1, client.messages.length);
  const one = () => 1 + chance(count);
  const set = [`${one()}`, `${one()}:${one()}`, "*", `${one()},*`][chance(4)]!;
  const flag = FLAGS[chance(FLAGS.length)]!;
  const sign = ["+", "-", ""][chance(3)]!;
  const silent = chance(2) === 0 ? ".SILENT" : "";
  const uid = chance(3) === 0 ? "UID " : "";
  const commands = [
    "NOOP",
    "EXPUNGE",
    `${uid}FETCH ${set} (UID FLAGS)`,
    `${uid}FETCH ${set} BODY[]`,
    `${uid}STORE ${set} ${sign}FLAGS${silent} (${flag})`,
    `${uid}STORE ${set} ${sign}FLAGS${silent} (${flag})`,
    `${uid}SEARCH ${flag === "Work" ? "KEYWORD Work" : flag.slice(1)}`,
    `${uid}COPY ${set} INBOX`,
    `${uid}COPY ${set} INBOX`,
    `${uid}MOVE ${set} Archive`,
    `APPEND INBOX (${flag}) {6+}\r\nA: b\r\n`,
  ];
  return commands[chance(commands.length)]!;
}

Deno.test("two sessions with random commands never hear what disagrees with the mailbox", async () => {
  const random = seededRandom(9051);
  const chance: Chance = (below) => Math.floor(random() * below);
  let compared = 0;
  for (let round = 0; round < 40; round++) {
    const stage = new ImapStage();
    await stage.given(["user", USER, "secret"]);
    await stage.given(["mail", USER, "INBOX", "A: b\\r\\n\\r\\n"]);
    const clients: Believer[] = [];
    for (const name of ["a", "b"]) {
      const peer = await stage.connect(clients.length + 1);
      await peer.hear();
      const client = new Believer(peer, name);
      await client.say(`LOGIN ${USER} secret`);
      await client.say("SELECT INBOX");
      clients.push(client);
    }
    for (let step = 0; step < 60; step++) {
      const client = clients[chance(2)]!;
      await client.say(randomCommand(client, chance));
    }
    const mailbox = await stage.mailbox(USER, "INBOX");
    const metas = (await mailbox.metas()).map(({ uid, flags }) => ({
      uid,
      flags: flags.join(" "),
    }));
    for (const client of clients) {
      await client.say("NOOP");
      assertEquals(client.messages.length, metas.length);
      for (const [index, { uid, flags }] of client.messages.entries()) {
        const meta = metas[index]!;
        if (uid !== undefined) assertEquals(uid, meta.uid);
        if (flags !== undefined && uid !== undefined) compared++;
      }
      const believed = structuredClone(client.messages);
      if (metas.length > 0) await client.say("FETCH 1:* (UID FLAGS)");
      assertEquals(client.messages, metas);
      believed.forEach(({ flags }, index) => {
        if (flags !== undefined) assertEquals(flags, metas[index]!.flags);
      });
    }
  }
  assert(compared > 100, `only ${compared} messages were compared`);
});
