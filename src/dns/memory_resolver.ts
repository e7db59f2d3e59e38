/** The resolver of tests: a zone in memory, which may change between questions. */

import type { QuestionType, RecordTypes } from "./message.ts";
import { normalName, reverseName } from "./name.ts";
import {
  type Answer,
  DnsError,
  type Mx,
  type Resolver,
  type Tlsa,
} from "./resolver.ts";

/** What a name has. One with a `cname` has nothing else. */
export interface ZoneEntry {
  readonly mx?: readonly Mx[];
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly txt?: readonly string[];
  readonly tlsa?: readonly Tlsa[];
  readonly ptr?: readonly string[];
  readonly cname?: string;
  /** Proven by DNSSEC. */
  readonly secure?: boolean;
  /** Questions about it are trouble: all, or those of these types. */
  readonly trouble?: true | readonly QuestionType[];
}

/** By names in lower case; those of PTR as `reverseName` gives them. */
export type Zone = Readonly<Record<string, ZoneEntry>>;

/** CNAMEs that are followed. */
const ALIASES = 16;

/** Answers from `zone`, as it is when the question comes. */
export function memoryResolver(zone: Zone): Resolver {
  let closed = false;
  const ask = <T extends QuestionType>(
    type: T,
    field: Exclude<keyof ZoneEntry, "cname" | "secure" | "trouble">,
    asked: string | undefined,
    shown = asked ?? "",
  ): Promise<Answer<RecordTypes[T]>> =>
    Promise.resolve().then(() => {
      const name = normalName(asked ?? "");
      if (name === undefined) throw missing(shown);
      if (closed) throw trouble(type, shown);
      const { entry, canonical, secure } = walk(zone, type, name, shown);
      const records = (entry[field] ?? []) as readonly RecordTypes[T][];
      return { records, canonical, secure };
    });
  return {
    mx: (domain) => ask("MX", "mx", domain),
    a: (name) => ask("A", "a", name),
    aaaa: (name) => ask("AAAA", "aaaa", name),
    txt: (name) => ask("TXT", "txt", name),
    tlsa: (name) => ask("TLSA", "tlsa", name),
    ptr: (address) => ask("PTR", "ptr", reverseName(address), address),
    close() {
      closed = true;
    },
  };
}

/** Over the aliases of `name` to their end. */
function walk(zone: Zone, type: QuestionType, name: string, shown: string) {
  let [canonical, secure] = [name, true];
  for (let aliases = 0; aliases <= ALIASES; aliases++) {
    const entry = entryOf(zone, canonical);
    if (entry === undefined) throw missing(shown);
    if (entry.trouble === true || entry.trouble?.includes(type)) break;
    secure &&= entry.secure === true;
    if (entry.cname === undefined) return { entry, canonical, secure };
    canonical = entry.cname;
  }
  throw trouble(type, shown);
}

/** An entry; an empty one for a name that is there because names below it are (RFC 8020 §2). */
function entryOf(zone: Zone, name: string): ZoneEntry | undefined {
  if (Object.hasOwn(zone, name)) return zone[name];
  return Object.keys(zone).some((key) => key.endsWith(`.${name}`))
    ? {}
    : undefined;
}

function missing(name: string): DnsError {
  const message = `Cannot find "${name}": there is no such name`;
  return new DnsError("missing", name, message);
}

function trouble(type: QuestionType, name: string): DnsError {
  const message = `Cannot look up ${type} of "${name}": in trouble`;
  return new DnsError("trouble", name, message);
}
