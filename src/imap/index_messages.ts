/**
 * Finds out about messages before anybody asks: what FETCH and SORT are answered from,
 * and the texts that SEARCH looks into.
 *
 * @module
 */

import type { Mailbox, MessageText, Meta } from "../store/mod.ts";
import { type Session, Wire, work } from "../wire/mod.ts";
import { parseFetchAttributes } from "./fetch/fetch_items.ts";
import { writeFetch } from "./fetch/write_fetch.ts";
import { Findings } from "./findings.ts";
import { Output } from "./output.ts";
import type { FetchAttribute, MessageContext } from "./rows.ts";
import { run } from "./run_row.ts";
import { Scanner } from "./scanner.ts";
import { Gatherer } from "./search/collation.ts";
import { headerFact, sentDates } from "./search/header_facts.ts";
import { passText } from "./search/message_text.ts";
import { StoredMessage } from "./stored_message.ts";
import { Texts } from "./texts.ts";

/** Characters of a message that are kept to be searched; one that has more is read in every search. */
const TEXT_MAX = 256 * 1024;
/** Characters that are kept in one step. */
const STEP_MAX = 64 * 1024;

const HEAD = { number: 1, word: "FETCH" } as const;

const CONTEXT: MessageContext = {
  rev2: false,
  utf8: false,
  now: 0,
  largestSequence: 0,
  largestUid: 0,
  saved: new Set(),
};

/**
 * Finds out about the next messages of a mailbox of whose text nothing is kept.
 *
 * @param most Messages that are looked at.
 * @returns How many there were; 0 when all is done, or the account wants no such index.
 */
export function* indexMessages(
  mailbox: Mailbox,
  most: number,
): Session<number> {
  const uids = yield* work(() => mailbox.text.missing(most));
  if (uids.length === 0) return 0;
  const metas = yield* work(() => mailbox.metas());
  const findings = new Findings(
    mailbox.cache,
    (uid) => uids.slice(uids.indexOf(uid)),
  );
  const texts = new Map<number, MessageText | undefined>();
  let characters = 0;
  for (const uid of uids) {
    const meta = metaOf(metas, uid);
    const text = meta && (yield* findOut(mailbox, meta, findings));
    // What cannot be read has to be read in every search: each will try again.
    texts.set(uid, text);
    if (text) characters += text.headers.length + text.bodies.length;
    if (characters > STEP_MAX) break;
  }
  yield* findings.end();
  yield* work(() => mailbox.text.put(texts));
  return texts.size;
}

/** The message's text; undefined where it is too long, or cannot be read. */
function* findOut(
  mailbox: Mailbox,
  meta: Meta,
  findings: Findings,
): Session<MessageText | undefined> {
  const numbered = { sequence: 1, meta };
  const texts = new Texts(mailbox.text);
  const message = new StoredMessage(mailbox, numbered, false, findings, texts);
  try {
    yield* run(writeFetch(silence(), HEAD, yield* items(), message, CONTEXT));
    yield* headerFact(message, sentDates);
    const gatherer = new Gatherer(TEXT_MAX);
    yield* passText(message, gatherer);
    return gatherer.texts;
  } catch {
    // Whoever asks for the message hears what is wrong with it.
    return undefined;
  }
}

/** What is written here is kept where it was found out, and sent nowhere. */
function silence(): Output {
  return new Output(new Wire(), () => false);
}

/** The items that find out what is kept. */
function items(): Session<readonly FetchAttribute[]> {
  const limits = { line: 100, literal: 0, literals: 0, unasked: 0 };
  const text = "(ENVELOPE BODYSTRUCTURE PREVIEW " +
    "BODY.PEEK[HEADER.FIELDS (SUBJECT)])";
  return parseFetchAttributes(new Scanner(new Wire(), text, limits));
}

/** The meta of that UID in a list that ascends. */
function metaOf(metas: readonly Meta[], uid: number): Meta | undefined {
  let low = 0;
  let high = metas.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (metas[middle]!.uid < uid) low = middle + 1;
    else high = middle;
  }
  return metas[low]?.uid === uid ? metas[low] : undefined;
}
