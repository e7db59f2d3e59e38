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
/** Searches that are kept; where there are more, what is kept is looked through elsewhere. */
const SEARCHES_MAX = 16;
/** Octets that are kept of a search; where it found more, they are read again. */
const SEARCHED_MAX = 1024 * 1024;
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

/** What of the messages that come next has some octets in it. */
interface Search {
  readonly kind: FindingKind;
  /** UIDs of all others: nothing is kept of them that does not have it. */
  readonly candidates: ReadonlySet<number>;
  /** UIDs of which nothing is kept. */
  readonly unknown: ReadonlySet<number>;
  /** What has it, unless that is much. */
  readonly having: ReadonlyMap<number, Uint8Array>;
  readonly first: number;
  readonly last: number;
  readonly size: number;
}

/**
 * The findings of a command's messages, which it goes through in about their order.
 */
export class Findings {
  readonly #cache: Mailbox["cache"];
  readonly #following: (uid: number, count: number) => readonly number[];
  readonly #pages = new Map<FindingKind, Page>();
  readonly #searches = new Map<Uint8Array, Search>();
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
    for (const search of this.#searches.values()) {
      if (search.kind !== kind || !covers(search, uid)) continue;
      const octets = search.having.get(uid);
      if (octets || search.unknown.has(uid)) return octets;
    }
    const page = this.#pages.get(kind);
    if (page === undefined || !covers(page, uid)) return null;
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

  /**
   * Whether something is kept of a message that does not have `part` in it, where that
   * can be told at once; undefined where {@linkcode search} tells.
   *
   * @param part The same object each time; it goes with one kind.
   */
  lacks(uid: number, part: Uint8Array): boolean | undefined {
    const search = this.#searches.get(part);
    if (search === undefined) {
      return this.#searches.size < SEARCHES_MAX ? undefined : false;
    }
    if (!covers(search, uid)) return undefined;
    // What was found out since is not looked through.
    return !search.candidates.has(uid);
  }

  /** Makes {@linkcode lacks} tell. */
  *search(uid: number, kind: FindingKind, part: Uint8Array): Session<void> {
    const size = sizeAfter(this.#searches.get(part));
    const uids = this.#following(uid, size);
    const last = uids.at(-1) ?? uid;
    const { having, unknown } = yield* work(() =>
      this.#cache.search(uids, kind, part)
    );
    this.#searches.set(part, {
      ...{ kind, first: uid, last, size, unknown },
      candidates: new Set([...having.keys(), ...unknown]),
      having: octetsIn(having) > SEARCHED_MAX ? new Map() : having,
    });
  }

  async #read(uid: number, kind: FindingKind): Promise<Page> {
    const size = sizeAfter(this.#pages.get(kind));
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

/** Pages grow while one follows the other. */
function sizeAfter(before: { readonly size: number } | undefined): number {
  return before === undefined ? PAGE_MIN : Math.min(4 * before.size, PAGE_MAX);
}

function octetsIn(found: ReadonlyMap<number, Uint8Array>): number {
  let sum = 0;
  for (const octets of found.values()) sum += octets.length;
  return sum;
}

function covers({ first, last }: Pick<Page, "first" | "last">, uid: number) {
  return first <= uid && uid <= last;
}
