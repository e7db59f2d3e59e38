/**
 * What SEARCH and SORT are asked to return (RFC 9051 §6.4.4, RFC 4731, RFC 5182,
 * RFC 5267 §3, RFC 9394).
 *
 * @module
 */

import { asciiUpper } from "../../bytes/mod.ts";
import { isKnownCharset } from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { type PartialRange, readPartial } from "../partial.ts";
import type { Criterion } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { BadSyntax, no, Refusal } from "../status.ts";
import { parseCriteria } from "./search_keys.ts";

export interface ReturnOptions {
  readonly min: boolean;
  readonly max: boolean;
  readonly all: boolean;
  readonly count: boolean;
  readonly save: boolean;
  readonly partial: PartialRange | undefined;
}

/** What a SEARCH without RETURN is answered with, once IMAP4rev2 is enabled. */
export const RETURN_ALL: ReturnOptions = {
  min: false,
  max: false,
  all: true,
  count: false,
  save: false,
  partial: undefined,
};

/** What stands behind SEARCH. */
export interface SearchProgram {
  /** undefined without RETURN. */
  readonly returns: ReturnOptions | undefined;
  readonly criterion: Criterion;
}

/** What a session has switched on that changes how SEARCH is read. */
export interface SearchMode {
  /** UTF8=ACCEPT: a charset cannot be named any more (RFC 6855 §3). */
  readonly utf8Accept?: boolean;
  /** UIDONLY: nor can sequence numbers (RFC 9586 §3.1). */
  readonly uidOnly?: boolean;
}

/** Reads the arguments of SEARCH to the end of the command, from their first space on. */
export function* parseSearch(
  scanner: Scanner,
  mode: SearchMode = {},
): Session<SearchProgram> {
  const returns = parseReturn(scanner);
  return { returns, criterion: yield* parseKeys(scanner, mode) };
}

/** Reads what follows the return options of SEARCH, to the end of the command. */
export function* parseKeys(
  scanner: Scanner,
  { utf8Accept = false, uidOnly = false }: SearchMode,
): Session<Criterion> {
  let charset = "UTF-8";
  if (scanner.tryWord(" CHARSET ")) {
    if (utf8Accept) throw new BadSyntax("all strings are UTF-8 now");
    charset = yield* parseCharset(scanner);
  }
  scanner.space();
  const criterion = yield* parseCriteria(scanner, { charset, uidOnly });
  scanner.end();
  return criterion;
}

/** Reads ` RETURN (…)` if it comes next. */
export function parseReturn(scanner: Scanner): ReturnOptions | undefined {
  if (!scanner.tryWord(" RETURN ")) return undefined;
  const found = new Map<string, PartialRange | undefined>();
  scanner.list(() => {
    const name = scanner.word("a return option");
    if (!OPTIONS.has(name)) {
      throw new BadSyntax(`there is no return option "${name}"`);
    }
    // RFC 9394 §3.1: one of them, once.
    if (found.has(name) && (name === "PARTIAL" || name === "ALL")) {
      throw new BadSyntax(`${name} is asked for twice`);
    }
    found.set(name, name === "PARTIAL" ? parsePage(scanner) : undefined);
  }, true);
  if (found.has("PARTIAL") && found.has("ALL")) {
    throw new BadSyntax("PARTIAL and ALL exclude each other");
  }
  const options = {
    min: found.has("MIN"),
    max: found.has("MAX"),
    all: found.has("ALL"),
    count: found.has("COUNT"),
    save: found.has("SAVE"),
    partial: found.get("PARTIAL"),
  };
  // RFC 9051 §6.4.4: nothing in the parentheses means ALL.
  return found.size === 0 ? { ...options, all: true } : options;
}

/** Reads the name of a charset. @throws {Refusal} BADCHARSET, for one that is not known (RFC 9051 §7.1). */
export function* parseCharset(scanner: Scanner): Session<string> {
  const charset = asciiUpper(yield* scanner.astring("a charset"));
  if (isKnownCharset(charset)) return charset;
  throw new Refusal(
    no("The charset is not known", "BADCHARSET (US-ASCII UTF-8)"),
  );
}

const OPTIONS = new Set(["MIN", "MAX", "ALL", "COUNT", "SAVE", "PARTIAL"]);

/** RFC 9394 §3.1: ` 1:500`, or ` -1:-100` from the end. */
function parsePage(scanner: Scanner): PartialRange {
  scanner.space();
  return readPartial(scanner);
}
