/**
 * Which messages went, and when: what QRESYNC tells a client that was away (RFC 7162 §3.2.6).
 *
 * What this process saw is in memory and goes to the index with everything else. After a
 * crash the index may have missed a message that came and went, so nothing is said of
 * the time before.
 *
 * @module
 */

import type { MailboxIndex } from "./cautious_index.ts";
import type { Expunged } from "./index.ts";

/** As many are kept in memory; the index has the others. */
const MOST = 10_000;

export class ExpungedLog {
  readonly #index: MailboxIndex;
  /** All that went after this modseq is known. */
  #since = Infinity;
  /** Ascending by modseq. */
  #recent: Expunged[] = [];
  /** All that went after this modseq is in memory. */
  #recentSince = Infinity;

  constructor(index: MailboxIndex) {
    this.#index = index;
  }

  /** Begins when the highest modseq is `now`; `since` is what the index can be trusted for. */
  begin(now: number, since: number | undefined): void {
    this.#since = since ?? now;
    this.#recentSince = now;
    if (since === undefined) this.#index.stand({ expungedSince: now });
  }

  add(gone: readonly Expunged[]): void {
    for (const some of gone) this.#recent.push(some);
    if (this.#recent.length <= 2 * MOST) return;
    this.#recent = this.#recent.slice(-MOST);
    this.#recentSince = this.#recent[0]!.modseq;
  }

  /** UIDs that went after `modseq`, ascending; undefined when that is not known. */
  async after(modseq: number): Promise<readonly number[] | undefined> {
    if (modseq < this.#since) return undefined;
    const uids = new Set<number>();
    for (const gone of this.#recent) {
      if (gone.modseq > modseq) uids.add(gone.uid);
    }
    if (modseq < this.#recentSince) {
      await this.#index.flush();
      const kept = await this.#index.use((index, mailbox) =>
        index.expunged(mailbox, modseq)
      );
      if (kept === undefined) return undefined;
      for (const { uid } of kept) uids.add(uid);
    }
    return [...uids].sort((a, b) => a - b);
  }
}
