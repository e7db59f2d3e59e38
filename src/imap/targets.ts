/**
 * The messages that a command speaks of, by number or by UID (RFC 9051 §9, sequence-set;
 * §6.4.9).
 *
 * @module
 */

import { type ImapSession, selectedOf } from "./imap_session.ts";
import type { SequenceSet } from "./sequence_set.ts";
import { bad, no, Refusal } from "./status.ts";
import type { Numbered } from "./view.ts";

/** Whether numbers of a command are sequence numbers or UIDs. */
export type By = "sequence" | "uid";

export interface Targets {
  /** Ascending; those that are still there. */
  readonly messages: readonly Numbered[];
  /** Some that the client has numbers for are gone. */
  readonly someGone: boolean;
}

/**
 * The messages of `set`. UIDs of no message are passed over (RFC 9051 §6.4.9).
 *
 * @throws {Refusal} BAD for sequence numbers beyond the last, or under UIDONLY.
 */
export function targetsOf(s: ImapSession, set: SequenceSet, by: By): Targets {
  const { view, saved } = selectedOf(s);
  refuseUnderUidOnly(s, by);
  if (set.kind === "saved") {
    return present(s, [...saved].flatMap((uid) => view.byUid(uid) ?? []));
  }
  if (by === "sequence" && view.exceeds(set.ranges)) {
    throw new Refusal(bad("No message has that number"));
  }
  return present(s, view.select(set.ranges, by));
}

/** RFC 9586 §3.1: sequence numbers are not spoken any more. */
export function refuseUnderUidOnly(s: ImapSession, by: By): void {
  if (by === "sequence" && s.enabled.has("UIDONLY")) {
    throw new Refusal(bad("Sequence numbers are not in use", "UIDREQUIRED"));
  }
}

function present(s: ImapSession, all: readonly Numbered[]): Targets {
  const { view } = selectedOf(s);
  if (!view.hasGone) return { messages: all, someGone: false };
  const messages = all.filter(({ meta }) => !view.isGone(meta.uid));
  return { messages, someGone: messages.length < all.length };
}

/** Refuses changes in a mailbox that was opened by EXAMINE. */
export function refuseReadOnly(s: ImapSession): void {
  if (selectedOf(s).readOnly) {
    throw new Refusal(no("The mailbox is open for reading only", "READ-ONLY"));
  }
}

/** Refuses a command about messages that are gone without the client knowing (RFC 5530 §3). */
export function refuseGone({ someGone }: Targets): void {
  if (someGone) {
    throw new Refusal(no("Some messages are gone", "EXPUNGEISSUED"));
  }
}
