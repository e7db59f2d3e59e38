/** SORT and UID SORT (RFC 5256 §3; RFC 5267 §3 for RETURN; RFC 5957 for DISPLAY). */

import type { Session } from "../../wire/mod.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import type { Command, Extension, Outcome } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { savedUids, writeEsearch, writeNumbers } from "../search/results.ts";
import {
  parseCharset,
  parseReturn,
  type ReturnOptions,
} from "../search/return_options.ts";
import { parseCriteria } from "../search/search_keys.ts";
import { parseSortKeys, sortMatches } from "../search/sort.ts";
import { orForget, searchMode, searchScope } from "../search_scope.ts";
import { SELECTED } from "../states.ts";
import { type By, refuseUnderUidOnly } from "../targets.ts";

function sortBy(name: string, by: By): Command {
  return {
    name,
    syntax: `${name} [RETURN (option ...)] (key ...) charset key ...`,
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
  scanner.space();
  const keys = parseSortKeys(scanner);
  scanner.space();
  const charset = yield* parseCharset(scanner);
  scanner.space();
  const { uidOnly } = searchMode(s);
  const criterion = yield* parseCriteria(scanner, { charset, uidOnly });
  scanner.end();
  refuseUnderUidOnly(s, by);
  if (criterion.usesModseq) s.enabled.add("CONDSTORE");
  const found = yield* sortMatches(searchScope(s), criterion, keys);
  if (returns?.save) selectedOf(s).saved = savedUids(found, returns);
  const form = { uid: by === "uid", modseq: criterion.usesModseq ?? false };
  if (returns) yield* writeEsearch(s.out, s.tag, found, returns, form);
  else yield* writeNumbers(s.out, "SORT", found, form);
  return undefined;
}

export const sort: Extension = {
  rfc: "RFC 5256",
  announce: (s) =>
    s.login === undefined ? [] : ["SORT", "SORT=DISPLAY", "ESORT"],
  commands: [sortBy("SORT", "sequence"), sortBy("UID SORT", "uid")],
};
