/**
 * The mailbox that a session has open (RFC 9051 §6.3.2).
 *
 * @module
 */

import { asciiLower } from "../bytes/mod.ts";
import type {
  Change,
  Flag,
  Followed,
  Mailbox,
  MailUser,
} from "../store/mod.ts";
import {
  type NumberRange,
  rangesInclude,
  resolveRanges,
} from "./sequence_set.ts";
import { View } from "./view.ts";

/** The system flags, which every mailbox has (RFC 9051 §2.3.2). */
export const SYSTEM_FLAGS: readonly Flag[] = [
  "\\Answered",
  "\\Flagged",
  "\\Deleted",
  "\\Seen",
  "\\Draft",
];

/** A mailbox, this client's view of it, and the ears for its changes. */
export class Selected {
  /** UIDs behind `$`: what the last SEARCH saved (RFC 9051 §6.4.4.1). */
  saved: ReadonlySet<number> = new Set();
  readonly view: View;
  readonly uidNext: number;
  /** Somebody deleted the mailbox. */
  isDeleted = false;
  readonly #followed: Followed;
  readonly #endWatch: () => void;
  readonly #keywords = new Map<string, Flag>();
  #recent: readonly NumberRange[] = [];
  #highestModseq: number;
  #wake: (() => void) | undefined;

  constructor(
    readonly mailbox: Mailbox,
    /** EXAMINE: nothing may be changed. */
    readonly readOnly: boolean,
    user: MailUser,
    followed: Followed,
  ) {
    this.#followed = followed;
    this.#endWatch = user.watchList(({ kind, name }) => {
      if (kind !== "deleted" || name !== mailbox.name) return;
      this.isDeleted = true;
      this.#wakeUp();
    });
    this.view = new View(followed.metas);
    this.uidNext = followed.status.uidNext;
    this.#highestModseq = followed.status.highestModseq;
    for (const { flags } of followed.metas) this.#learn(flags);
  }

  /** FLAGS: those of the system, and all keywords that messages have or had. */
  get flags(): readonly Flag[] {
    return [...SYSTEM_FLAGS, ...this.#keywords.values()];
  }

  /** The highest modseq that the client may be told of (RFC 7162 §3.1.2.1). */
  get highestModseq(): number {
    return this.#highestModseq;
  }

  apply(change: Change): void {
    this.view.apply(change);
    const { modseq } = change.kind === "expunged" ? change : change.meta;
    this.#highestModseq = Math.max(this.#highestModseq, modseq);
    this.#wakeUp();
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** Takes in keywords; true when one of them is new, so that FLAGS has to be told. */
  learn(flags: readonly Flag[]): boolean {
    const before = this.#keywords.size;
    this.#learn(flags);
    return this.#keywords.size > before;
  }

  /** The messages from UID `from` to `to` are \Recent here. */
  addRecent(from: number, to: number): void {
    if (from <= to) {
      this.#recent = resolveRanges([...this.#recent, [from, to]], 0);
    }
  }

  isRecent(uid: number): boolean {
    return rangesInclude(this.#recent, uid);
  }

  /** How many messages of the view are \Recent. */
  get recentCount(): number {
    return this.view.select(this.#recent, "uid").length;
  }

  /** Lets go of the mailbox. */
  close(): void {
    this.#followed.end();
    this.#endWatch();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #learn(flags: readonly Flag[]): void {
    for (const flag of flags) {
      if (flag.startsWith("\\")) continue;
      const folded = asciiLower(flag);
      if (!this.#keywords.has(folded)) this.#keywords.set(folded, flag);
    }
  }
}

/** Opens `mailbox`; no change is missed between its listing and those that follow. */
export async function openSelected(
  user: MailUser,
  mailbox: Mailbox,
  readOnly: boolean,
): Promise<Selected> {
  const early: Change[] = [];
  let listen = (change: Change): void => void early.push(change);
  const followed = await mailbox.follow((change) => listen(change));
  const selected = new Selected(mailbox, readOnly, user, followed);
  for (const change of early) selected.apply(change);
  listen = (change) => selected.apply(change);
  return selected;
}
