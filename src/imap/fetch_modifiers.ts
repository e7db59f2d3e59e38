/**
 * What may follow the items of FETCH in parentheses (RFC 4466 §2.4): CHANGEDSINCE and
 * VANISHED (RFC 7162 §3.1.4.1, §3.2.6), PARTIAL (RFC 9394 §3.3).
 *
 * @module
 */

import type { ImapSession } from "./imap_session.ts";
import { readPartial, sliceOf } from "./partial.ts";
import type { Scanner } from "./scanner.ts";
import { BadSyntax } from "./status.ts";
import type { By } from "./targets.ts";
import type { Numbered } from "./view.ts";

export interface FetchModifiers {
  readonly changedSince: number | undefined;
  readonly vanished: boolean;
  /** Picks a page of the messages. */
  readonly partial:
    | ((messages: readonly Numbered[]) => readonly Numbered[])
    | undefined;
}

export function readFetchModifiers(
  s: ImapSession,
  scanner: Scanner,
  by: By,
): FetchModifiers {
  let changedSince: number | undefined;
  let vanished = false;
  let partial: FetchModifiers["partial"];
  if (scanner.tryTake(" ")) {
    scanner.list(() => {
      const name = scanner.word("a modifier");
      if (name === "CHANGEDSINCE") {
        scanner.space();
        changedSince = scanner.number64("a mod-sequence");
      } else if (name === "VANISHED") vanished = true;
      else if (name === "PARTIAL" && by === "uid") {
        scanner.space();
        const range = readPartial(scanner);
        partial = (messages) => sliceOf(messages, range);
      } else throw new BadSyntax(`unknown modifier ${name}`);
    });
  }
  // RFC 7162 §3.2.6.
  const misplaced = vanished &&
    (by !== "uid" || changedSince === undefined || !s.enabled.has("QRESYNC"));
  if (misplaced) {
    throw new BadSyntax("VANISHED needs UID FETCH, CHANGEDSINCE and QRESYNC");
  }
  return { changedSince, vanished, partial };
}
