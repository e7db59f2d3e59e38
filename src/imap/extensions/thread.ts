/** THREAD and UID THREAD: conversations (RFC 5256 §3). */

import type { Command, Extension } from "../rows.ts";
import { parseCharset } from "../search/return_options.ts";
import { parseCriteria } from "../search/search_keys.ts";
import { THREAD_ALGORITHMS, threadMatches } from "../search/thread.ts";
import { searchMode, searchScope } from "../search_scope.ts";
import { SELECTED } from "../states.ts";
import { BadSyntax } from "../status.ts";
import { type By, refuseUnderUidOnly } from "../targets.ts";
import { tell } from "../tell_changes.ts";

function threadBy(name: string, by: By): Command {
  return {
    name,
    syntax: `${name} algorithm charset key ...`,
    states: SELECTED,
    keepsNumbers: by === "sequence",
    *run(s, scanner) {
      scanner.space();
      const algorithm = scanner.word("an algorithm");
      if (!THREAD_ALGORITHMS.has(algorithm)) {
        throw new BadSyntax(`there is no algorithm "${algorithm}"`);
      }
      scanner.space();
      const charset = yield* parseCharset(scanner);
      scanner.space();
      const { uidOnly } = searchMode(s);
      const criterion = yield* parseCriteria(scanner, { charset, uidOnly });
      scanner.end();
      refuseUnderUidOnly(s, by);
      const byUid = by === "uid";
      const threads = yield* threadMatches(
        searchScope(s),
        criterion,
        algorithm,
        byUid,
      );
      tell(s, threads === "" ? "THREAD" : `THREAD ${threads}`);
      return undefined;
    },
  };
}

export const thread: Extension = {
  rfc: "RFC 5256",
  announce: (s) =>
    s.login === undefined
      ? []
      : [...THREAD_ALGORITHMS].map((name) => `THREAD=${name}`),
  commands: [threadBy("THREAD", "sequence"), threadBy("UID THREAD", "uid")],
};
