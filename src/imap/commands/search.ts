/**
 * SEARCH and UID SEARCH (RFC 9051 §6.4.4; RFC 4731, RFC 5182, RFC 9394). Keys stand in
 * `search/`.
 */

import type { Session } from "../../wire/mod.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import type { Command, Outcome } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { findMatches } from "../search/evaluate.ts";
import { savedUids, writeEsearch, writeNumbers } from "../search/results.ts";
import {
  parseKeys,
  parseReturn,
  RETURN_ALL,
  type ReturnOptions,
} from "../search/return_options.ts";
import { orForget, searchMode, searchScope } from "../search_scope.ts";
import { SELECTED } from "../states.ts";
import { type By, refuseUnderUidOnly } from "../targets.ts";

export const search: Command = searchBy("SEARCH", "sequence");
export const uidSearch: Command = searchBy("UID SEARCH", "uid");

function searchBy(name: string, by: By): Command {
  return {
    name,
    syntax: `${name} [RETURN (option ...)] [CHARSET name] key ...`,
    states: SELECTED,
    keepsNumbers: by === "sequence",
    run(s, scanner) {
      const returns = parseReturn(scanner);
      return orForget(s, returns, answer(s, scanner, by, returns));
    },
  };
}

function* answer(
  s: ImapSession,
  scanner: Scanner,
  by: By,
  returns: ReturnOptions | undefined,
): Session<Outcome> {
  const criterion = yield* parseKeys(scanner, searchMode(s));
  // RFC 7162 §3.1: whoever speaks of mod-sequences knows of them.
  if (criterion.usesModseq) s.enabled.add("CONDSTORE");
  refuseUnderUidOnly(s, by);
  const found = yield* findMatches(searchScope(s), criterion);
  if (returns?.save) selectedOf(s).saved = savedUids(found, returns);
  const form = { uid: by === "uid", modseq: criterion.usesModseq ?? false };
  // RFC 9051 §6.4.4: IMAP4rev2 answers with ESEARCH always.
  const asked = returns ??
    (s.enabled.has("IMAP4REV2") ? RETURN_ALL : undefined);
  if (asked === undefined) yield* writeNumbers(s.out, "SEARCH", found, form);
  else yield* writeEsearch(s.out, s.tag, found, asked, form);
  return undefined;
}
