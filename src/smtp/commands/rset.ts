/** RSET (RFC 5321 §4.1.1.5): forgets the transaction, keeps the greeting and the login. */

import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";
import { forgetTransaction } from "../smtp_session.ts";

export const rset: Command = {
  verb: "RSET",
  syntax: "RSET",
  idle: true,
  run(s) {
    forgetTransaction(s);
    return replies.reset;
  },
};
