/**
 * What was found out about messages in earlier commands, for the length of one command:
 * read from the store's cache many at a time, and kept there for the next one.
 *
 * @module
 */

import type { Mailbox } from "../store/mod.ts";
import { type Session, work } from "../wire/mod.ts";

/**
 * What is kept of a message. The number goes up when the form changes: what was kept in
 * an older one is not found any more.
 *
 * | kind | what |
 * |---|---|
 * | `e1` | ENVELOPE as it is written where strings hold ASCII only |
 * | `s1`, `b1` | BODYSTRUCTURE and BODY, the same way |
 * | `h1` | the fields of `common_fields.ts` |
 * | `p1` | PREVIEW, in UTF-8 |
 * | `t1` | the tree of a large message's entities |
 * | `d1`, `f1`, `k1`, `r1` | the facts of `search/header_facts.ts` |
 */
export type FindingKind =
  | ("e1" | "s1" | "b1" | "h1" | "p1" | "t1")
  | ("d1" | "f1" | "k1" | "r1");

/** Octets of one finding: what is larger is found out again each time. */
const OCTETS_MAX = 64 * 1024;
/** Messages whose findings are read at once, while a command goes from one to the next. */
const PAGE_MAX = 1024;
/** The first page: whoever looks at one message reads no more than this. */
const PAGE_MIN = 4;
/** Octets of findings that wait to be kept. */
const WAITING_MAX = 256 * 1024;

/** Findings of one kind, for the messages that come next. */
interface Page {
  readonly kind: FindingKind;
  readonly first: number;
  readonly last: number;
  readonly size: number;
  readonly found: ReadonlyMap<number, Uint8Array>;
}

/**
 * The findings of a command's messages, which it goes through in about their order.
 */
export class Findings {
  readonly #cache: Mailbox["cache"];
  readonly #following: (uid: number, count: number) => readonly number[];
  readonly #pages = new Map<FindingKind, Page>();
  readonly #waiting = new Map<FindingKind, Map<number, Uint8Array>>();
  #octets = 0;

  /** @param following UIDs from this one on that the command may ask for, ascending. */
  constructor(
    cache: Mailbox["cache"],
    following: (uid: number, count: number) => readonly number[],
  ) {
    this.#cache = cache;
    this.#following = following;
  }

  /** What is kept of a message, where it can be told at once; null where it has to be read. */
  peek(uid: number, kind: FindingKind): Uint8Array | undefined | null {
    const waiting = this.#waiting.get(kind)?.get(uid);
    if (waiting) return waiting;
    const page = this.#pages.get(kind);
    if (page === undefined || uid < page.first || uid > page.last) return null;
    return page.found.get(uid);
  }

  *get(uid: number, kind: FindingKind): Session<Uint8Array | undefined> {
    const known = this.peek(uid, kind);
    if (known !== null) return known;
    return yield* work(async () => {
      const page = await this.#read(uid, kind);
      this.#pages.set(kind, page);
      return page.found.get(uid);
    });
  }

  /** Pages grow while one follows the other. */
  async #read(uid: number, kind: FindingKind): Promise<Page> {
    const before = this.#pages.get(kind);
    const size = before === undefined
      ? PAGE_MIN
      : Math.min(4 * before.size, PAGE_MAX);
    const uids = this.#following(uid, size);
    const found = await this.#cache.get(uids, kind);
    return { kind, first: uid, last: uids.at(-1) ?? uid, size, found };
  }

  /** Keeps what was found out; `octets` must not change afterwards. */
  keep(uid: number, kind: FindingKind, octets: Uint8Array): void {
    if (octets.length > OCTETS_MAX) return;
    const waiting = this.#waiting.get(kind) ?? new Map<number, Uint8Array>();
    this.#waiting.set(kind, waiting);
    waiting.set(uid, octets);
    this.#octets += octets.length;
  }

  /** True when so much waits to be kept that {@linkcode relieve} would let the store do so. */
  get isFull(): boolean {
    return this.#octets > WAITING_MAX;
  }

  /** Lets the store keep what waits, where that is much. */
  *relieve(): Session<void> {
    if (this.isFull) yield* this.end();
  }

  /** Lets the store keep what waits. */
  *end(): Session<void> {
    if (this.#octets === 0) return;
    const waiting = new Map(this.#waiting);
    this.#waiting.clear();
    this.#octets = 0;
    yield* work(() => this.#cache.put(waiting));
  }
}
