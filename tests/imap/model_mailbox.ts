/** A mailbox in its simplest form: what IMAP's commands ought to do to one. */

export class ModelMailbox {
  /** Flags by UID, ascending. */
  readonly messages = new Map<number, ReadonlySet<string>>();
  /** The last mod-sequence that anybody was told of a message. */
  readonly modseqs = new Map<number, number>();
  #next = 1;

  get uids(): number[] {
    return [...this.messages.keys()];
  }

  has(uid: number): boolean {
    return this.messages.has(uid);
  }

  /** Sorted, with spaces between. */
  flagsOf(uid: number): string {
    return [...this.messages.get(uid)!].sort().join(" ");
  }

  append(flags: Iterable<string>): number {
    const uid = this.#next++;
    this.messages.set(uid, new Set(flags));
    return uid;
  }

  store(uid: number, how: string, flags: readonly string[]): void {
    const before = this.messages.get(uid)!;
    const given = new Set(flags);
    this.messages.set(
      uid,
      how === "+"
        ? before.union(given)
        : how === "-"
        ? before.difference(given)
        : given,
    );
  }

  expunge(uids: readonly number[]): void {
    for (const uid of uids) this.messages.delete(uid);
  }

  /** Those of `uids` that have `flag`. */
  having(flag: string, uids: readonly number[]): number[] {
    return uids.filter((uid) => this.messages.get(uid)?.has(flag));
  }
}
