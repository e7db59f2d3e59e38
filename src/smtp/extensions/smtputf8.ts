/** SMTPUTF8 (RFC 6531): addresses and header fields in UTF-8. */

import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";

export const smtputf8: Extension = {
  keyword: "SMTPUTF8",
  rfc: "RFC 6531",
  advertise: () => "",
  mailParams: {
    SMTPUTF8(into, value) {
      if (value !== undefined) refuse(replies.noValue("SMTPUTF8"));
      into.smtputf8 = true;
    },
  },
};
