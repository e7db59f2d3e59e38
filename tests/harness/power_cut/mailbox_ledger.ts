/**
 * What a mailbox has promised its owner, kept where no power cut reaches, to compare
 * with what a restart finds.
 */

import { assert, assertEquals } from "@std/assert";
import type { Mailbox, Meta } from "../../../src/store/mod.ts";

/** One message that the owner has seen. */
interface Sight {
  /** The spool's id of the message. */
  readonly id: string;
  readonly uniqueId: string;
  /** "asked": its removal was not acknowledged; it may have happened. */
  state: "present" | "asked" | "removed";
  /** Flags that were acknowledged, and those that may have been set. */
  readonly flags: Set<string>;
  readonly maybe: Set<string>;
}

interface Promised {
  readonly isRemoved: boolean;
  readonly flags: readonly string[];
}

export class MailboxLedger {
  /** By UIDVALIDITY and UID: the pair never names another message. */
  readonly #sights = new Map<string, Sight>();
  readonly #account: string;
  /** The octets that a message of the spool has in this mailbox; undefined when it never was for it. */
  readonly #octetsOf: (id: string) => Uint8Array | undefined;

  constructor(
    account: string,
    octetsOf: (id: string) => Uint8Array | undefined,
  ) {
    this.#account = account;
    this.#octetsOf = octetsOf;
  }

  #sight(mailbox: Mailbox, uid: number): Sight {
    return this.#sights.get(`${mailbox.uidValidity} ${uid}`)!;
  }

  /** UIDs that the owner has seen and not asked to remove. */
  presentIn({ uidValidity }: Mailbox): number[] {
    return [...this.#sights].flatMap(([key, { state }]) => {
      const [validity, uid] = key.split(" ").map(Number);
      return state === "present" && validity === uidValidity ? [uid!] : [];
    });
  }

  asked(mailbox: Mailbox, uid: number): void {
    const sight = this.#sight(mailbox, uid);
    if (sight.state === "present") sight.state = "asked";
  }

  removed(mailbox: Mailbox, uid: number): void {
    this.#sight(mailbox, uid).state = "removed";
  }

  flagAsked(mailbox: Mailbox, uid: number, flag: string): void {
    this.#sight(mailbox, uid).maybe.add(flag);
  }

  flagged(mailbox: Mailbox, uid: number, flag: string): void {
    this.#sight(mailbox, uid).flags.add(flag);
  }

  /**
   * Notes what the owner sees now, and that it is no other message than before.
   *
   * @returns The spool's ids of the messages that are there.
   */
  async look(mailbox: Mailbox): Promise<Set<string>> {
    const present = new Set<string>();
    const before = this.#promises();
    for (const meta of await mailbox.metas()) {
      const octets = await readWhole(mailbox, meta);
      if (octets === undefined) continue;
      const id = idOf(octets);
      this.#assert(!present.has(id), `"${id}" is there twice`);
      present.add(id);
      assertEquals(octets, this.#octetsOf(id), `"${id}" is not what was sent`);
      this.#recognise(mailbox, meta, id, before);
    }
    return present;
  }

  /** What is promised now; while somebody looks, others may get more promises. */
  #promises(): Map<string, Promised> {
    return new Map(
      [...this.#sights].map(([key, { state, flags }]) =>
        [key, { isRemoved: state === "removed", flags: [...flags] }] as const
      ),
    );
  }

  #recognise(
    mailbox: Mailbox,
    meta: Meta,
    id: string,
    before: ReadonlyMap<string, Promised>,
  ): void {
    const key = `${mailbox.uidValidity} ${meta.uid}`;
    const known = this.#sights.get(key);
    const { uniqueId } = meta;
    if (known === undefined) {
      const flags = new Set<string>();
      const maybe = new Set<string>();
      this.#assertNew(id, uniqueId);
      this.#sights.set(key, { id, uniqueId, state: "present", flags, maybe });
      return;
    }
    const { isRemoved = false, flags = [] } = before.get(key) ?? {};
    this.#assert(known.id === id, `UID ${key} was "${known.id}", is "${id}"`);
    this.#assert(known.uniqueId === uniqueId, `"${id}" changed its unique id`);
    this.#assert(!isRemoved, `"${id}" came back`);
    const held = flags.every((flag) => meta.flags.includes(flag));
    this.#assert(held, `"${id}" lost one of ${flags}`);
    const asked = meta.flags.every((flag) => known.maybe.has(flag));
    this.#assert(asked, `"${id}" gained one of ${meta.flags}`);
  }

  /** A message that shows up under a new UID is a second copy if there was a first. */
  #assertNew(id: string, uniqueId: string): void {
    for (const [key, sight] of this.#sights) {
      this.#assert(sight.id !== id, `"${id}" was there as ${key}`);
      this.#assert(sight.uniqueId !== uniqueId, `"${uniqueId}" is used twice`);
    }
  }

  /**
   * Compares after a restart; from then on what is found counts.
   *
   * @param delivered The spool's ids of what was delivered for certain.
   */
  async check(mailbox: Mailbox, delivered: readonly string[]): Promise<void> {
    const present = await this.look(mailbox);
    const seen = new Set<string>();
    for (const sight of this.#sights.values()) {
      seen.add(sight.id);
      if (present.has(sight.id)) continue;
      this.#assert(sight.state !== "present", `"${sight.id}" is lost`);
      sight.state = "removed";
    }
    for (const id of delivered) {
      this.#assert(seen.has(id), `"${id}" was delivered and is not there`);
    }
    for (const meta of await mailbox.metas()) {
      const sight = this.#sight(mailbox, meta.uid);
      for (const flag of meta.flags) sight.flags.add(flag);
      sight.state = "present";
    }
  }

  #assert(holds: boolean, what: string): void {
    assert(holds, `${this.#account}: ${what}`);
  }
}

/** The octets of a message; undefined when it was removed meanwhile. */
async function readWhole(
  mailbox: Mailbox,
  { uid, size }: Meta,
): Promise<Uint8Array | undefined> {
  const octets = await mailbox.read(uid);
  const all = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const next = await octets.read(5000);
    if (next === undefined) break;
    all.set(next, at);
    at += next.length;
  }
  octets.close();
  assertEquals(at, size);
  return all;
}

/** The id that every message of the runs begins with, behind the field of the courier. */
function idOf(octets: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(octets.subarray(0, 200));
  const [, id] = /^Return-Path: <>\r\n([a-z0-9-]+)\./.exec(text) ?? [];
  assert(id !== undefined, `a message begins "${text.slice(0, 60)}"`);
  return id;
}
