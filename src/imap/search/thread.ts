/**
 * THREAD: conversations, by subject or by what refers to what (RFC 5256 §3, §4).
 *
 * @module
 */

import { findField, type HeaderField, readHeader } from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import type { Criterion } from "../rows.ts";
import { commonHeader } from "../common_fields.ts";
import type { Message } from "../message.ts";
import { idOf, parentsOf } from "../thread_id.ts";
import { baseSubject } from "./base_subject.ts";
import { eachMatch, type SearchScope } from "./evaluate.ts";
import { orderedSubject } from "./ordered_subject.ts";
import { ReferenceThreader } from "./reference_threader.ts";
import { sentDate } from "./sort.ts";
import { formatThreads, type Thread } from "./thread_tree.ts";

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
  yield* eachMatch(
    scope,
    { ...criterion, needs: "header" },
    function* (message) {
      const { fields } = readHeader(yield* commonHeader(message));
      const item = threadMessage(message, fields, uid);
      if (byReference) references.add(item, idOf(fields), parentsOf(fields));
      else messages.push(item);
    },
  );
  const pause = () => scope.pause(scope.view.count, scope.view.count);
  const threads: Thread[] = byReference
    ? yield* references.threads(pause)
    : orderedSubject(messages);
  return formatThreads(threads);
}

function threadMessage(
  message: Message,
  fields: readonly HeaderField[],
  uid: boolean,
): ThreadMessage {
  const { text, isReply } = baseSubject(
    findField(fields, "Subject")?.value ?? "",
  );
  return {
    number: uid ? message.meta.uid : message.sequence,
    sequence: message.sequence,
    sent: sentDate(message, fields),
    subject: text,
    isReply,
  };
}
