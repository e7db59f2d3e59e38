/** From a name over its CNAMEs to what it has (RFC 1034 §3.6.2, RFC 2308 §2). */

import { type Question, RCODES, type Response } from "./message.ts";
import { normalName } from "./name.ts";

/** What a question came to. `ttl` is in seconds. */
export type Finding =
  | {
    readonly kind: "records";
    readonly records: readonly unknown[];
    readonly canonical: string;
    readonly secure: boolean;
    readonly ttl: number;
  }
  | { readonly kind: "missing"; readonly secure: boolean; readonly ttl: number }
  | {
    readonly kind: "trouble";
    readonly message: string;
    readonly ttl: number;
  };

/** CNAMEs in all, and queries that they may take. */
const ALIASES = 16;
const QUERIES = 8;

/** Negative answers without a SOA are not kept (RFC 2308 §5). */
const UNKEPT = 0;

/**
 * Asks until the answer is there: a server that resolves for us sends the whole chain
 * at once. `secure` when all answers were.
 */
export async function follow(
  question: Question,
  ask: (question: Question) => Promise<Response>,
): Promise<Finding> {
  const path: Path = { names: [question.name], ttl: Infinity };
  let secure = true;
  for (let queries = 0; queries < QUERIES; queries++) {
    const name = normalName(path.names.at(-1)!);
    // An alias for what cannot be a name leads nowhere.
    if (name === undefined) return { kind: "missing", secure, ttl: path.ttl };
    const response = await ask({ name, type: question.type });
    secure &&= response.authentic;
    const known = path.names.length;
    if (!walk(path, response)) {
      return { kind: "trouble", message: "its aliases do not end", ttl: 0 };
    }
    const found = conclude(path, response, secure);
    const leadsOn = path.names.length > known;
    if (found !== undefined) return found;
    if (!leadsOn) return nothing(path, undefined, secure);
  }
  return { kind: "trouble", message: "its aliases are too many", ttl: 0 };
}

interface Path {
  /** The name that was asked for, and the targets of aliases. */
  readonly names: string[];
  ttl: number;
}

/** Goes as far as the aliases of `response` lead; false for a circle and for too many. */
function walk(path: Path, { aliases, records }: Response): boolean {
  const owners = new Set(records.map(({ owner }) => owner));
  const next = new Map(aliases.map((alias) => [alias.owner, alias]));
  for (;;) {
    const name = path.names.at(-1)!;
    const alias = next.get(name);
    if (alias === undefined || owners.has(name)) return true;
    if (path.names.includes(alias.data) || path.names.length > ALIASES) {
      return false;
    }
    path.names.push(alias.data);
    path.ttl = Math.min(path.ttl, alias.ttl);
  }
}

/** What `response` says of the path's end, or undefined when it says nothing. */
function conclude(
  path: Path,
  { rcode, records, negativeTtl }: Response,
  secure: boolean,
): Finding | undefined {
  if (rcode === RCODES.nameError) {
    const ttl = Math.min(path.ttl, negativeTtl ?? UNKEPT);
    return { kind: "missing", secure, ttl };
  }
  const canonical = path.names.at(-1)!;
  const own = records.filter(({ owner }) => owner === canonical);
  if (own.length > 0) {
    const ttl = Math.min(path.ttl, ...own.map(({ ttl }) => ttl));
    const data = own.map(({ data }) => data);
    return { kind: "records", records: data, canonical, secure, ttl };
  }
  return negativeTtl === undefined
    ? undefined
    : nothing(path, negativeTtl, secure);
}

function nothing(
  path: Path,
  negativeTtl: number | undefined,
  secure: boolean,
): Finding {
  const ttl = Math.min(path.ttl, negativeTtl ?? UNKEPT);
  const canonical = path.names.at(-1)!;
  return { kind: "records", records: [], canonical, secure, ttl };
}
