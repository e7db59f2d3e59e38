/** DELIVERBY (RFC 2852): a submission that is of use until a certain time. */

import { asciiUpper } from "../../bytes/mod.ts";
import { checkInTime } from "../in_time.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";
import { mayInstructQueue } from "../smtp_session.ts";

// RFC 2852 §4: seconds, what happens then, and whether relays are to tell of it.
const BY = /^([+-]?\d{1,9});([NR])(T?)$/;

export const deliverBy: Extension = {
  keyword: "DELIVERBY",
  rfc: "RFC 2852",
  // No least time is named: what cannot be done in it is returned (§3).
  advertise: (s) => mayInstructQueue(s) ? "" : undefined,
  mailParams: {
    BY(into, value, s) {
      const match = BY.exec(asciiUpper(value ?? ""));
      if (!match) return refuse(replies.badParameter("BY"));
      const seconds = Number(match[1]);
      const mode = match[2] as "N" | "R";
      // RFC 2852 §4: what has to be returned when late may not be late already.
      if (mode === "R" && seconds <= 0) refuse(replies.badParameter("BY"));
      const at = s.setting.now() + seconds * 1000;
      into.deliverBy = { at, mode, trace: match[3] === "T" };
      checkInTime(into);
    },
  },
};
