/** REQUIRETLS (RFC 8689): a submission that goes by verified TLS, or not at all. */

import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";
import { mayInstructQueue } from "../smtp_session.ts";

export const requireTls: Extension = {
  keyword: "REQUIRETLS",
  rfc: "RFC 8689",
  // RFC 8689 §2 (4): it means nothing where it came in the clear.
  advertise: (s) => s.link.tls && mayInstructQueue(s) ? "" : undefined,
  mailParams: {
    REQUIRETLS(into, value) {
      if (value !== undefined) refuse(replies.noValue("REQUIRETLS"));
      into.requireTls = true;
    },
  },
};
