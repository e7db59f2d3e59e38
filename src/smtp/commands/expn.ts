/** EXPN (RFC 5321 §3.5, §7.3): who is on a list is not for everybody to ask. */

import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";

export const expn: Command = {
  verb: "EXPN",
  syntax: "EXPN <list>",
  idle: true,
  run: (_, args) =>
    args === ""
      ? replies.syntax(expn.syntax)
      // RFC 5321 §7.3: 252 for both commands where a site does not answer them.
      : replies.verifyNothing("EXPN"),
};
