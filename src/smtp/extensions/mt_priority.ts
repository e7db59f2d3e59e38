/** MT-PRIORITY (RFC 6710): which of the messages that wait go first. */

import { parsePriority } from "../priority.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";
import { mayInstructQueue } from "../smtp_session.ts";

export const mtPriority: Extension = {
  keyword: "MT-PRIORITY",
  rfc: "RFC 6710",
  // RFC 6710 §3: without the name of a policy; all 19 levels are told apart.
  advertise: (s) => mayInstructQueue(s) ? "" : undefined,
  mailParams: {
    "MT-PRIORITY"(into, value) {
      into.priority = parsePriority(value ?? "") ??
        refuse(replies.badParameter("MT-PRIORITY"));
    },
  },
};
