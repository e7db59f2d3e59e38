/**
 * A client that believes what it is told, and complains about whatever disagrees with the
 * model mailbox, or comes when it may not (RFC 9051 §5.2, §7.5.1; RFC 7162; RFC 9586).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import type { Peer } from "../harness/stage.ts";
import type { ModelMailbox } from "./model_mailbox.ts";

/** What a client has switched on. */
export type Kind = "plain" | "rev2" | "condstore" | "qresync" | "uidonly";

export const ENABLES: Readonly<Record<Kind, string | undefined>> = {
  plain: undefined,
  rev2: "ENABLE IMAP4rev2",
  condstore: "ENABLE CONDSTORE",
  qresync: "ENABLE QRESYNC",
  uidonly: "ENABLE UIDONLY",
};

/** A message as a client knows it. */
interface Known {
  readonly uid: number;
  /** undefined until it was told. */
  flags: string | undefined;
}

export class Believer {
  view: Known[] = [];
  isSelected = false;
  /** What a client would remember to come back with (RFC 7162 §3.2.5). */
  modseq = 0;
  uidValidity = 0;
  #heardModseq = 0;
  #largestUid = 0;
  #tag = 0;

  constructor(
    readonly peer: Peer,
    readonly name: string,
    readonly kind: Kind,
    readonly model: ModelMailbox,
  ) {}

  get uids(): number[] {
    return this.view.map(({ uid }) => uid);
  }

  /** Says a command; the untagged responses and the status, which were not looked at yet. */
  async say(command: string): Promise<[string[], string]> {
    const tag = `${this.name}${++this.#tag}`;
    await this.peer.send(latin1Encode(`${tag} ${command}\r\n`));
    const lines: string[] = [];
    for (let line; (line = await this.peer.hear()) !== undefined;) {
      lines.push(line);
    }
    const done = lines.pop() ?? "";
    assert(done.startsWith(`${tag} `), `${command}: ${done}`);
    return [lines, done.slice(tag.length + 1)];
  }

  /** Says a command in the selected state, and takes in all that is answered. */
  async do(command: string, mayExpunge: boolean): Promise<[string[], string]> {
    const [lines, status] = await this.say(command);
    this.take(lines, mayExpunge);
    const told = /HIGHESTMODSEQ (\d+)/.exec(status)?.[1];
    this.#heardModseq = Math.max(this.#heardModseq, Number(told ?? 0));
    return [lines, status];
  }

  /** Takes in what a command was answered with. */
  take(lines: readonly string[], mayExpunge: boolean): void {
    for (const line of lines) this.#hear(line, mayExpunge);
  }

  /** Opens INBOX, with what was kept of it where the client can. */
  async select(): Promise<void> {
    const old = this.view;
    const resyncs = this.kind === "qresync" && this.uidValidity > 0;
    const known = old.length > 0 ? ` ${this.uids.join(",")}` : "";
    const [lines, status] = await this.say(
      resyncs
        ? `SELECT INBOX (QRESYNC (${this.uidValidity} ${this.modseq}${known}))`
        : "SELECT INBOX",
    );
    assert(status.startsWith("OK"), status);
    const number = (pattern: RegExp) =>
      Number(
        lines.map((line) => pattern.exec(line)?.[1]).find((one) => one) ?? 0,
      );
    this.uidValidity = number(/\[UIDVALIDITY (\d+)\]/);
    assertEquals(number(/^\* (\d+) EXISTS/), this.model.messages.size);
    this.view = this.#afterSelect(resyncs ? old : [], lines);
    this.#largestUid = Math.max(0, ...this.uids);
    this.isSelected = true;
    for (const line of lines) {
      if (/^\* \d+ FETCH/.test(line)) this.#hear(line, true);
    }
    this.modseq = this.#heardModseq = number(/\[HIGHESTMODSEQ (\d+)\]/);
  }

  /** What was known and did not vanish, and what came since. */
  #afterSelect(old: readonly Known[], lines: readonly string[]): Known[] {
    const vanished = new Set(lines.flatMap((line) => {
      const set = /^\* VANISHED \(EARLIER\) (\S+)/.exec(line)?.[1];
      return set === undefined ? [] : uidsOf(set);
    }));
    for (const uid of vanished) assert(!this.model.has(uid), `${uid} is there`);
    const kept = old.filter(({ uid }) => !vanished.has(uid));
    const had = new Set(kept.map(({ uid }) => uid));
    const view = this.model.uids.map((uid) =>
      kept.find((one) => one.uid === uid) ?? { uid, flags: undefined }
    );
    // Nothing that the client kept may be gone without a word.
    for (const uid of had) assert(this.model.has(uid), `${uid} did not vanish`);
    return view;
  }

  /** After a command nothing is left to be told, but expunges where they must wait. */
  settle(mayExpunge: boolean): void {
    const { model } = this;
    if (mayExpunge) assertEquals(this.uids, model.uids);
    else {
      const live = this.uids.filter((uid) => model.has(uid));
      assertEquals(live, model.uids);
    }
    for (const { uid, flags } of this.view) {
      if (flags === undefined || !model.has(uid)) continue;
      assertEquals(flags, model.flagsOf(uid), `flags of ${uid}`);
    }
    if (mayExpunge) this.modseq = Math.max(this.modseq, this.#heardModseq);
  }

  /** Takes in that its own silent STORE succeeded. */
  assume(uid: number): void {
    const known = this.view.find((one) => one.uid === uid);
    if (known?.flags !== undefined) known.flags = this.model.flagsOf(uid);
  }

  #hear(line: string, mayExpunge: boolean): void {
    const numbered = /^\* (\d+) (EXISTS|EXPUNGE|FETCH|UIDFETCH)\b/.exec(line);
    const vanished = /^\* VANISHED (\d\S*)/.exec(line)?.[1];
    if (vanished !== undefined) this.#vanish(uidsOf(vanished), mayExpunge);
    if (numbered === null) return;
    const number = Number(numbered[1]);
    if (numbered[2] === "EXISTS") this.#exists(number);
    else if (numbered[2] === "EXPUNGE") this.#expunge(number, mayExpunge);
    else {
      const isUid = numbered[2] === "UIDFETCH";
      assertEquals(isUid, this.kind === "uidonly", line);
      const known = isUid
        ? this.view.find(({ uid }) => uid === number)
        : this.view[number - 1];
      assert(known !== undefined, `nobody told of the message in ${line}`);
      this.#fetched(known, line);
    }
  }

  #exists(count: number): void {
    const added = this.model.uids.filter((uid) => uid > this.#largestUid);
    for (const uid of added) this.view.push({ uid, flags: undefined });
    this.#largestUid = Math.max(this.#largestUid, ...added);
    assertEquals(this.view.length, count, `${count} EXISTS`);
  }

  #expunge(number: number, mayExpunge: boolean): void {
    assert(mayExpunge, "an EXPUNGE at the wrong moment");
    assert(this.kind !== "qresync" && this.kind !== "uidonly");
    const [known] = this.view.splice(number - 1, 1);
    assert(known !== undefined && !this.model.has(known.uid), `${number}`);
  }

  #vanish(uids: readonly number[], mayExpunge: boolean): void {
    assert(mayExpunge, "a VANISHED at the wrong moment");
    assert(this.kind === "qresync" || this.kind === "uidonly");
    for (const uid of uids) {
      const index = this.uids.indexOf(uid);
      assert(index >= 0 && !this.model.has(uid), `VANISHED ${uid}`);
      this.view.splice(index, 1);
    }
  }

  #fetched(known: Known, line: string): void {
    const { model } = this;
    const uid = /\bUID (\d+)/.exec(line)?.[1];
    if (uid !== undefined) assertEquals(Number(uid), known.uid, line);
    const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1];
    if (flags !== undefined) {
      known.flags = flags.split(" ")
        .filter((flag) => flag !== "" && flag !== "\\Recent").sort().join(" ");
      if (model.has(known.uid)) {
        assertEquals(known.flags, model.flagsOf(known.uid), line);
      }
    }
    const modseq = Number(/MODSEQ \((\d+)\)/.exec(line)?.[1] ?? 0);
    if (modseq === 0) return;
    const before = model.modseqs.get(known.uid) ?? 0;
    assert(modseq >= before, `${line}: the mod-sequence was ${before}`);
    model.modseqs.set(known.uid, modseq);
    this.#heardModseq = Math.max(this.#heardModseq, modseq);
  }
}

/** "1:3,7" in numbers. */
export function uidsOf(set: string): number[] {
  return set.split(",").flatMap((range) => {
    const [from, to = from] = range.split(":").map(Number) as [number, number?];
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
  });
}
