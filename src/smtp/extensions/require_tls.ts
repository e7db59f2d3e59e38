/** REQUIRETLS (RFC 8689): a message that goes on by verified TLS, or not at all. */

import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";

export const requireTls: Extension = {
  keyword: "REQUIRETLS",
  rfc: "RFC 8689",
  // RFC 8689 §2: for relaying, submission and LMTP, of sessions under TLS alone.
  advertise: (s) => s.link.tls ? "" : undefined,
  mailParams: {
    REQUIRETLS(into, value) {
      if (value !== undefined) refuse(replies.noValue("REQUIRETLS"));
      into.requireTls = true;
    },
  },
};
