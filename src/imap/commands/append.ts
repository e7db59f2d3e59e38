/**
 * APPEND: stores messages, one or several, all or none (RFC 9051 §6.3.12; RFC 3502
 * MULTIAPPEND, RFC 3516 §4.4 literal8, RFC 6855 §4 UTF8, RFC 7889 APPENDLIMIT).
 *
 * Octets go to the store as they come; only so much is in memory as the wire holds.
 */

import type { AppendOptions, Draft, Mailbox, Meta } from "../../store/mod.ts";
import { limits, type Session, work } from "../../wire/mod.ts";
import { targetMailbox } from "../existing_mailbox.ts";
import type { ImapSession } from "../imap_session.ts";
import { readMailbox } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import type { LiteralHead, Scanner } from "../scanner.ts";
import { formatSet } from "../sequence_set.ts";
import { AFTER_LOGIN } from "../states.ts";
import { no, ok, Refusal } from "../status.ts";

export const append: Command = {
  name: "APPEND",
  syntax: "APPEND mailbox [(flag ...)] [date-time] literal ...",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = yield* readMailbox(s, scanner);
    scanner.space();
    const mailbox = yield* targetMailbox(s, name);
    const metas = yield* readAll(s, scanner, mailbox);
    const uids = formatSet(metas.map(({ uid }) => uid));
    return ok("APPEND completed", `APPENDUID ${mailbox.uidValidity} ${uids}`);
  },
};

/** Reads and stores the messages of one APPEND or REPLACE. */
export function* readAll(
  s: ImapSession,
  scanner: Scanner,
  mailbox: Mailbox,
  most: number = limits.imap.appendMessages,
): Session<readonly Meta[]> {
  const draft = mailbox.draft();
  let stored = false;
  try {
    let count = 0;
    do {
      if (++count > most) throw new Refusal(no("Too many messages", "LIMIT"));
      yield* readMessage(s, scanner, draft);
    } while (scanner.tryTake(" "));
    scanner.end();
    const metas = yield* workOn(s, () => draft.commit());
    stored = true;
    return metas;
  } finally {
    // Also when the driver drops the session: it cannot wait then.
    if (!stored) draft.abort().catch(() => {});
  }
}

function* readMessage(
  s: ImapSession,
  scanner: Scanner,
  draft: Draft,
): Session<void> {
  const options = readOptions(scanner);
  // RFC 6855 §4: `UTF8 (~{n}…)`, from before messages with UTF-8 were as all others.
  const inUtf8 = scanner.tryWord("UTF8 (");
  const head = scanner.literalHead();
  checkSize(s, head);
  yield* work(() => draft.begin(options));
  if (head.waits) scanner.askForLiteral();
  yield* readOctets(s, scanner, draft, head.size);
  if (inUtf8) scanner.take(")");
}

function readOptions(scanner: Scanner): AppendOptions {
  let options: AppendOptions = {};
  if (scanner.peek() === "(") {
    options = { flags: scanner.flagList() };
    scanner.space();
  }
  if (scanner.peek() === '"') {
    options = { ...options, internalDate: scanner.dateTime() };
    scanner.space();
  }
  return options;
}

function checkSize(s: ImapSession, { size }: LiteralHead): void {
  if (size > s.setting.max_message_size) {
    throw new Refusal(no("The message is too large", "TOOBIG"));
  }
  // RFC 3502 §6.3.11: an empty literal takes all back.
  if (size === 0) throw new Refusal(no("APPEND cancelled, nothing is stored"));
}

/** Reads all octets also when the store refuses them, so that what follows is in step. */
function* readOctets(
  s: ImapSession,
  scanner: Scanner,
  draft: Draft,
  size: number,
): Session<void> {
  const { bodyPatience, bodyBlock } = limits.wire;
  const patience = s.wire.patience;
  s.wire.patience = bodyPatience;
  s.wire.expectsMuch = true;
  let failure: { error: unknown } | undefined;
  let block = 0;
  for (let left = size; left > 0;) {
    const octets = yield* s.wire.some(Math.min(left, bodyBlock), block === 0);
    left -= octets.length;
    block = (block + octets.length) % bodyBlock;
    if (failure !== undefined) continue;
    try {
      yield* work(() => draft.write(octets));
    } catch (error) {
      failure = { error };
    }
  }
  s.wire.patience = patience;
  s.wire.expectsMuch = false;
  yield* scanner.continueAfterLiteral();
  if (failure !== undefined) throw failure.error;
}
