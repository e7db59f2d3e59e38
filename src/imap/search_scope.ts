/**
 * What the search of this folder's `search/` may use of a session: its messages, and
 * pauses in which others have their turn (RFC 9585 INPROGRESS).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import { type ImapSession, selectedOf } from "./imap_session.ts";
import { Findings } from "./findings.ts";
import { messageContext } from "./message_context.ts";
import { heartbeat } from "./progress.ts";
import type { SearchScope } from "./search/evaluate.ts";
import type { ReturnOptions, SearchMode } from "./search/return_options.ts";
import { Refusal } from "./status.ts";
import { StoredMessage } from "./stored_message.ts";
import { Texts } from "./texts.ts";

export function searchScope(s: ImapSession): SearchScope {
  const selected = selectedOf(s);
  const { mailbox, view } = selected;
  const beat = heartbeat(s);
  const texts = new Texts(mailbox.text);
  const findings = new Findings(
    mailbox.cache,
    (uid, count) => view.uidsFrom(uid, count),
  );
  return {
    context: messageContext(s),
    view,
    isRecent: (uid) => selected.isRecent(uid),
    lacks: (uid, part) => findings.lacks(uid, part),
    open: (message) =>
      new StoredMessage(
        mailbox,
        message,
        selected.isRecent(message.meta.uid),
        findings,
        texts,
      ),
    end: () => findings.end(),
    *pause(done, most) {
      yield* findings.relieve();
      yield* work(s.setting.pause);
      yield* s.wire.unlessGone();
      yield* beat(done, most);
    },
  };
}

/** How keys of a search are read in this session. */
export function searchMode(s: ImapSession): Required<SearchMode> {
  return {
    utf8Accept: s.enabled.has("UTF8=ACCEPT"),
    uidOnly: s.enabled.has("UIDONLY"),
  };
}

/** RFC 5182 §2.1: a search that was to be saved and ends with NO leaves nothing behind `$`. */
export function* orForget<T>(
  s: ImapSession,
  returns: ReturnOptions | undefined,
  search: Session<T>,
): Session<T> {
  try {
    return yield* search;
  } catch (error) {
    const isNo = error instanceof Refusal && error.status.status === "NO";
    if (returns?.save && isNo) selectedOf(s).saved = new Set();
    throw error;
  }
}
