/** VRFY (RFC 5321 §3.5, §7.3): who is here is not for everybody to ask. */

import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";

export const vrfy: Command = {
  verb: "VRFY",
  syntax: "VRFY <user or address>",
  idle: true,
  run: (_, args) =>
    args === ""
      ? replies.syntax(vrfy.syntax)
      // RFC 5321 §7.3: not 250, not 251, not 550: nothing was verified.
      : replies.verifyNothing("VRFY"),
};
