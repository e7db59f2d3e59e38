/** The resolver that asks name servers over the network, and remembers. */

import { ask, type AskOptions, Unanswered } from "./ask.ts";
import { type CacheLimits, FindingCache } from "./finding_cache.ts";
import { type Finding, follow } from "./follow.ts";
import { Gate } from "./gate.ts";
import type { Question, QuestionType, RecordTypes } from "./message.ts";
import { normalName, reverseName } from "./name.ts";
import type { NameServer } from "./resolv_conf.ts";
import { type Answer, DnsError, type Resolver } from "./resolver.ts";

export interface NetworkResolverOptions {
  /** Servers that resolve for us, in the order in which they are asked. */
  readonly servers: readonly NameServer[];
  /** They are trusted to validate, and so is the way to them: their AD bit is believed (RFC 6840 §5.8). */
  readonly validates?: boolean;
  /** Milliseconds for one server's answer in the first round; each further round waits twice as long. */
  readonly patience?: number;
  readonly rounds?: number;
  /** Questions that are put at a time; further ones wait. */
  readonly concurrent?: number;
  readonly cache?: Partial<CacheLimits>;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

const DEFAULTS = { patience: 3000, rounds: 2, concurrent: 256 };

const HOUR = 3600;
const CACHE: CacheLimits = {
  entries: 20_000,
  size: 16 * 1024 * 1024,
  ttl: 24 * HOUR,
  // RFC 2308 §5: one to three hours work well.
  negativeTtl: HOUR,
  troubleTtl: 5,
};

/** Asks `options.servers`. Nothing of it keeps the process alive but a question under way. */
export function networkResolver(options: NetworkResolverOptions): Resolver {
  const lookup = newLookup(options);
  return {
    mx: (name) => lookup.ask("MX", name),
    a: (name) => lookup.ask("A", name),
    aaaa: (name) => lookup.ask("AAAA", name),
    txt: (name) => lookup.ask("TXT", name),
    tlsa: (name) => lookup.ask("TLSA", name),
    ptr: (address) => lookup.ask("PTR", reverseName(address), address),
    close: lookup.close,
  };
}

function newLookup(options: NetworkResolverOptions) {
  const { servers, validates = false } = options;
  const { patience, rounds, concurrent } = { ...DEFAULTS, ...options };
  const now = options.now ?? (() => performance.now());
  const cache = new FindingCache({ ...CACHE, ...options.cache }, now);
  const asking: AskOptions = { servers, patience, rounds, dnssec: validates };
  const closing = new AbortController();
  const gate = new Gate(concurrent);
  /** Questions under way, which all who ask the same share. */
  const underWay = new Map<string, Promise<Finding>>();

  async function find(question: Question): Promise<Finding> {
    try {
      return await follow(
        question,
        (asked) => gate.run(() => ask(asked, asking, closing.signal)),
      );
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return { kind: "trouble", message: error.message, ttl: Infinity };
    }
  }

  function findOnce(question: Question): Promise<Finding> {
    const key = `${question.type} ${question.name}`;
    const known = cache.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const shared = underWay.get(key);
    if (shared !== undefined) return shared;
    const finding = find(question).then((found) => {
      if (!closing.signal.aborted) cache.set(key, found);
      return found;
    }).finally(() => underWay.delete(key));
    underWay.set(key, finding);
    return finding;
  }

  return {
    /** `shown` is what errors call the name. */
    async ask<T extends QuestionType>(
      type: T,
      asked: string | undefined,
      shown = asked ?? "",
    ): Promise<Answer<RecordTypes[T]>> {
      const name = normalName(asked ?? "");
      if (name === undefined) throw missing(shown, false);
      if (closing.signal.aborted) {
        throw trouble(type, shown, "the resolver is closed");
      }
      return answerOf(type, shown, await findOnce({ name, type }), validates);
    },
    close(): void {
      closing.abort();
      cache.clear();
    },
  };
}

function answerOf<T extends QuestionType>(
  type: T,
  shown: string,
  found: Finding,
  validates: boolean,
): Answer<RecordTypes[T]> {
  if (found.kind === "trouble") throw trouble(type, shown, found.message);
  const secure = found.secure && validates;
  if (found.kind === "missing") throw missing(shown, secure);
  const { canonical } = found;
  const records = found.records as readonly RecordTypes[T][];
  return { records, secure, canonical };
}

function missing(name: string, secure: boolean): DnsError {
  const message = `Cannot find "${name}": there is no such name`;
  return new DnsError("missing", name, message, secure);
}

function trouble(type: QuestionType, name: string, why: string): DnsError {
  const message = `Cannot look up ${type} of "${name}": ${why}`;
  return new DnsError("trouble", name, message);
}
