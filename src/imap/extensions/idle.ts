/** IDLE: hears of changes when they happen (RFC 9051 §6.3.13, RFC 2177). */

import { limits, type Session, work } from "../../wire/mod.ts";
import type { ImapSession } from "../imap_session.ts";
import type { Command, Extension } from "../rows.ts";
import type { Selected } from "../selected.ts";
import { AFTER_LOGIN } from "../states.ts";
import { BadSyntax } from "../status.ts";
import { EVERYTHING, tellChanges } from "../tell_changes.ts";

/** Octets of the line that ends it. */
const DONE_LINE = 64;

const command: Command = {
  name: "IDLE",
  syntax: "IDLE, then DONE",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.end();
    const mailbox = s.selected?.mailbox;
    if (mailbox) yield* work(() => mailbox.refresh());
    s.wire.sendLine("+ idling");
    yield* listen(s);
    const line = yield* s.wire.line(DONE_LINE);
    if (line.toUpperCase() !== "DONE") throw new BadSyntax("expected DONE");
    return undefined;
  },
};

/** Tells of changes until the client says something. */
function* listen(s: ImapSession): Session<void> {
  const { selected } = s;
  if (selected === undefined) {
    // Not one for all sessions: it would keep them all in memory.
    yield* s.wire.moreOr(new Promise<never>(() => {}));
    return;
  }
  const { mailbox } = selected;
  const first = nextLook(s, selected);
  yield* tellChanges(s, EVERYTHING);
  let event = yield* s.wire.moreOr(first);
  while (event === "wake") {
    // Own changes are told at once; those by other programs have to be looked for.
    yield* work(() => mailbox.refresh());
    const next = nextLook(s, selected);
    yield* tellChanges(s, EVERYTHING);
    // RFC 9051 §5.4: what happens here does not make the client any more alive.
    event = yield* s.wire.moreOr(next, false);
  }
}

/** Resolves when something changed, or when it is time to look. */
function nextLook(s: ImapSession, selected: Selected): Promise<void> {
  const { later } = s.setting;
  return Promise.race([selected.changed(), later(limits.imap.foreignLook)]);
}

export const idle: Extension = {
  rfc: "RFC 2177",
  announce: (s) => s.login === undefined ? [] : ["IDLE"],
  commands: [command],
};
