/** SIZE (RFC 1870): how big a message may be, and is going to be. */

import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";

export const size: Extension = {
  keyword: "SIZE",
  rfc: "RFC 1870",
  advertise: (s) => `${s.setting.limits.messageSize}`,
  mailParams: {
    SIZE(into, value, s) {
      // RFC 1870 §3: 1 to 20 digits.
      if (!value || !/^\d{1,20}$/.test(value)) {
        refuse(replies.badParameter("SIZE"));
      }
      into.size = Number(value);
      if (into.size > s.setting.limits.messageSize) {
        refuse(replies.messageTooBig);
      }
    },
  },
};
