/** What is found out about messages, kept in memory; and an index of texts that reads all of them. */

import type {
  FindingsByKind,
  MessageCache,
  MessageText,
  PartMatches,
  TextIndex,
  TextMatches,
} from "./store.ts";
import { searchFindings } from "./search_findings.ts";

export class MemoryCache implements MessageCache {
  readonly #uids: () => readonly number[];
  readonly #kept = new Map<string, Map<number, Uint8Array>>();

  constructor(uids: () => readonly number[]) {
    this.#uids = uids;
  }

  get(
    uids: readonly number[],
    kind: string,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const there = new Set(this.#uids());
    const kept = this.#kept.get(kind);
    const found = new Map<number, Uint8Array>();
    for (const uid of uids) {
      const octets = there.has(uid) ? kept?.get(uid) : undefined;
      if (octets) found.set(uid, octets);
    }
    return Promise.resolve(found);
  }

  search(
    uids: readonly number[],
    kind: string,
    part: Uint8Array,
  ): Promise<PartMatches> {
    const there = new Set(this.#uids());
    const kept = this.#kept.get(kind);
    return Promise.resolve(searchFindings(
      uids,
      part,
      (uid) => there.has(uid) ? kept?.get(uid) : undefined,
    ));
  }

  put(found: FindingsByKind): Promise<void> {
    const there = new Set(this.#uids());
    for (const [kind, octets] of found) {
      const kept = this.#kept.get(kind) ?? new Map<number, Uint8Array>();
      for (const [uid, value] of octets) {
        if (there.has(uid)) kept.set(uid, value);
      }
      this.#kept.set(kind, kept);
    }
    return Promise.resolve();
  }
}

export class MemoryText implements TextIndex {
  readonly #uids: () => readonly number[];
  readonly #isOn: () => boolean;
  readonly #kept = new Map<number, MessageText | undefined>();

  constructor(uids: () => readonly number[], isOn: () => boolean) {
    this.#uids = uids;
    this.#isOn = isOn;
  }

  find(text: string): Promise<TextMatches | undefined> {
    if (!this.#isOn()) return Promise.resolve(undefined);
    const where = (holds: (kept: MessageText | undefined) => boolean) =>
      new Set(this.#uids().filter((uid) => holds(this.#kept.get(uid))));
    return Promise.resolve({
      inBodies: where((kept) => kept?.bodies.includes(text) ?? false),
      inHeaders: where((kept) => kept?.headers.includes(text) ?? false),
      unsure: where((kept) => kept === undefined),
    });
  }

  missing(limit: number): Promise<readonly number[]> {
    if (!this.#isOn()) return Promise.resolve([]);
    const missing = this.#uids().filter((uid) => !this.#kept.has(uid));
    return Promise.resolve(missing.slice(0, limit));
  }

  put(texts: ReadonlyMap<number, MessageText | undefined>): Promise<void> {
    if (!this.#isOn()) return Promise.resolve();
    const there = new Set(this.#uids());
    for (const [uid, text] of texts) {
      if (there.has(uid)) this.#kept.set(uid, text);
    }
    return Promise.resolve();
  }

  isBegun(): Promise<boolean> {
    return Promise.resolve(this.#isOn() && this.#kept.size > 0);
  }

  forget(): void {
    this.#kept.clear();
  }
}
