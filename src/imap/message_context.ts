/** What items and keys may know of the session. */

import { allowsUtf8, type ImapSession, selectedOf } from "./imap_session.ts";
import type { MessageContext } from "./rows.ts";

export function messageContext(s: ImapSession): MessageContext {
  const { view, saved } = selectedOf(s);
  return {
    rev2: s.enabled.has("IMAP4REV2"),
    utf8: allowsUtf8(s),
    now: s.setting.now(),
    largestSequence: view.count,
    largestUid: view.largestUid,
    saved,
    sentDays: view.sentDays,
  };
}
