/**
 * What a user has in all mailboxes, as it was promised or as it is found, and whether
 * what is found can have become of what was promised.
 */

import { assert, assertEquals } from "@std/assert";
import type { Mailbox, MailUser } from "../../../src/store/mod.ts";

/** One message in one mailbox; its octets are its token. */
export interface Slot {
  /** Unknown until somebody has looked. */
  readonly uid?: number | undefined;
  readonly flags: readonly string[];
  readonly date: number;
}

/** Messages by token. */
export type Slots = ReadonlyMap<string, Slot>;

export interface State {
  readonly mailboxes: ReadonlyMap<string, Slots>;
  readonly subscribed: readonly string[];
  readonly octetLimit: number | undefined;
}

export const NOTHING: State = {
  mailboxes: new Map([["INBOX", new Map()]]),
  subscribed: [],
  octetLimit: undefined,
};

/** What must hold of an operation that was not acknowledged. */
export type Likeness =
  /** It happened as a whole or not at all. */
  | "whole"
  /** It happened to each message and mailbox or not; none is lost. */
  | "each";

/** Fails unless `found` is `before`, `after`, or a mixture that `likeness` allows. */
export function assertBetween(
  found: State,
  before: State,
  after: State,
  likeness: Likeness,
): void {
  if (likeness === "whole") {
    const isOld = plain(found) === plain(before);
    if (!isOld) assertEquals(plain(found), plain(after));
    return;
  }
  for (const name of namesIn(found, before, after)) {
    const [f, b, a] = [found, before, after].map((state) =>
      state.mailboxes.get(name)
    );
    if (b && a) assert(f, `mailbox "${name}" is lost`);
    if (!b && !a) assert(!f, `mailbox "${name}" came from nowhere`);
    assertEachBetween(name, f, b, a);
  }
  const tokens = tokensIn(found);
  for (const token of tokensIn(before)) {
    const stays = tokensIn(after).has(token);
    assert(!stays || tokens.has(token), `"${token}" is lost`);
  }
  assertEquals(found.octetLimit, after.octetLimit);
}

function assertEachBetween(
  name: string,
  found: Slots | undefined,
  before: Slots | undefined,
  after: Slots | undefined,
): void {
  const lists = [found, before, after].map((slots) => [...slots?.keys() ?? []]);
  for (const token of new Set(lists.flat())) {
    const [f, b, a] = [found, before, after].map((slots) =>
      plainSlot(slots?.get(token))
    );
    assert(
      f === b || f === a,
      `"${token}" in "${name}": ${f}, not ${b} or ${a}`,
    );
  }
}

function namesIn(...states: readonly State[]): Set<string> {
  return new Set(states.flatMap(({ mailboxes }) => [...mailboxes.keys()]));
}

function tokensIn({ mailboxes }: State): Set<string> {
  return new Set([...mailboxes.values()].flatMap((slots) => [...slots.keys()]));
}

/** The same text for the same state, whatever the UIDs. */
function plain({ mailboxes, subscribed, octetLimit }: State): string {
  const lines = [...mailboxes].flatMap(([name, slots]) => [
    `"${name}"`,
    ...[...slots].map(([token, slot]) =>
      `"${name}" ${token} ${plainSlot(slot)}`
    ),
  ]);
  return [...lines.sort(), ...subscribed, octetLimit].join("\n");
}

function plainSlot(slot: Slot | undefined): string {
  return slot ? `${slot.date} ${[...slot.flags].sort().join(" ")}` : "absent";
}

/** Numbers that were shown once, and what must hold of them for ever. */
export class Shown {
  /** Tokens by UIDVALIDITY and UID. */
  readonly #tokens = new Map<string, string>();
  readonly #modseqs = new Map<string, number>();
  readonly #highest = new Map<string, { modseq: number; uids: Set<number> }>();
  readonly #nexts = new Map<string, number>();
  /** How many promises were compared. */
  checks = 0;

  /** Looks at everything. */
  async look(user: MailUser): Promise<State> {
    const mailboxes = new Map<string, Slots>();
    for (const name of await user.mailboxes()) {
      const mailbox = await user.mailbox(name);
      assert(mailbox, `mailbox "${name}" is listed and not there`);
      mailboxes.set(name, await this.#lookInto(mailbox));
    }
    const subscribed = await user.subscribed();
    const octetLimit = (await user.quota()).limits.octets;
    return { mailboxes, subscribed, octetLimit };
  }

  async #lookInto(mailbox: Mailbox): Promise<Slots> {
    const slots = new Map<string, Slot>();
    const { metas, status, end } = await mailbox.follow(() => {});
    end();
    for (const meta of metas) {
      const { uid, flags, internalDate: date, modseq } = meta;
      const token = await tokenOf(mailbox, uid);
      const key = `${mailbox.uidValidity} ${uid}`;
      assertEquals(this.#tokens.get(key) ?? token, token, `UID ${key}`);
      assert(modseq >= (this.#modseqs.get(key) ?? 0), `${key}: old modseq`);
      assert(modseq <= status.highestModseq, `${key}: ${modseq} is too high`);
      assert(uid < status.uidNext);
      this.#tokens.set(key, token);
      this.#modseqs.set(key, modseq);
      assert(!slots.has(token), `"${token}" is twice in "${mailbox.name}"`);
      slots.set(token, { uid, flags, date });
      this.checks++;
    }
    const next = `${mailbox.id} ${mailbox.uidValidity}`;
    const { uidNext } = status;
    assert(uidNext >= (this.#nexts.get(next) ?? 0), "UIDNEXT went back");
    this.#nexts.set(next, uidNext);
    const uids = new Set(metas.map(({ uid }) => uid));
    await this.#compareEnds(mailbox, uids, status.highestModseq);
    return slots;
  }

  /** RFC 7162 §3.2.6: who was there before hears of all that went since. */
  async #compareEnds(
    mailbox: Mailbox,
    uids: Set<number>,
    modseq: number,
  ): Promise<void> {
    const then = this.#highest.get(mailbox.id);
    this.#highest.set(mailbox.id, { modseq, uids });
    if (then === undefined) return;
    assert(modseq >= then.modseq, "HIGHESTMODSEQ went back");
    const ends = await mailbox.expungedSince(then.modseq);
    if (ends === undefined) return;
    const told = new Set(ends);
    for (const uid of then.uids) {
      assertEquals(told.has(uid), !uids.has(uid), `the end of UID ${uid}`);
    }
  }
}

async function tokenOf(mailbox: Mailbox, uid: number): Promise<string> {
  const octets = await mailbox.read(uid);
  const bytes = await octets.read(1000) ?? new Uint8Array();
  octets.close();
  return new TextDecoder().decode(bytes);
}
