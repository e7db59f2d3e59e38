/** NOOP (RFC 5321 §4.1.1.9): at any time, with any argument. */

import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";

export const noop: Command = {
  verb: "NOOP",
  syntax: "NOOP [text]",
  idle: true,
  run: () => replies.ok,
};
