/**
 * THREAD: conversations, by subject or by what refers to what (RFC 5256 §3, §4).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Criterion } from "../rows.ts";
import { eachMatch, type SearchScope } from "./evaluate.ts";
import {
  headerFact,
  knownFact,
  type MessageIds,
  messageIds,
  type SentDates,
  sentDates,
  type SortTexts,
  sortTexts,
} from "./header_facts.ts";
import { orderedSubject } from "./ordered_subject.ts";
import { ReferenceThreader } from "./reference_threader.ts";
import { sentDate } from "./sort.ts";
import { formatThreads, type Thread } from "./thread_tree.ts";

/** Where nothing goes by them. */
const NO_IDS: MessageIds = { id: undefined, parents: [] };

/** Algorithms by name. */
export const THREAD_ALGORITHMS: ReadonlySet<string> = new Set([
  "ORDEREDSUBJECT",
  "REFERENCES",
]);

/** What of a message decides where it stands. */
export interface ThreadMessage {
  /** The sequence number or the UID. */
  readonly number: number;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly sent: number;
  readonly subject: string;
  readonly isReply: boolean;
}

/**
 * The threads of the messages that match, as `* THREAD` has them: `(2)(3 6 (4 23)(44 7 96))`.
 *
 * @param algorithm One of {@linkcode THREAD_ALGORITHMS}.
 */
export function* threadMatches(
  scope: SearchScope,
  criterion: Criterion,
  algorithm: string,
  uid: boolean,
): Session<string> {
  const references = new ReferenceThreader();
  const messages: ThreadMessage[] = [];
  const byReference = algorithm === "REFERENCES";
  const add = (
    message: Message,
    dates: SentDates,
    texts: SortTexts,
    ids: MessageIds,
  ) => {
    const item = threadMessage(message, dates, texts, uid);
    if (byReference) references.add(item, ids.id, ids.parents);
    else messages.push(item);
  };
  const addRead = function* (message: Message): Session<void> {
    add(
      message,
      yield* headerFact(message, sentDates),
      yield* headerFact(message, sortTexts),
      yield* headerFact(message, messageIds),
    );
  };
  yield* eachMatch(scope, criterion, (message) => {
    const dates = knownFact(message, sentDates);
    const texts = knownFact(message, sortTexts);
    const ids = byReference ? knownFact(message, messageIds) : NO_IDS;
    return dates && texts && ids
      ? add(message, dates, texts, ids)
      : addRead(message);
  });
  const pause = () => scope.pause(scope.view.count, scope.view.count);
  const threads: Thread[] = byReference
    ? yield* references.threads(pause)
    : orderedSubject(messages);
  return formatThreads(threads);
}

function threadMessage(
  message: Message,
  dates: SentDates,
  { text, isReply }: SortTexts,
  uid: boolean,
): ThreadMessage {
  return {
    number: uid ? message.meta.uid : message.sequence,
    sequence: message.sequence,
    sent: sentDate(message, dates),
    subject: text,
    isReply,
  };
}
