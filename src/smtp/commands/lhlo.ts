/** LHLO (RFC 2033 §4.1): what EHLO is to SMTP. */

import { greetWithExtensions } from "../greet.ts";
import type { Command } from "../rows.ts";

export const lhlo: Command = {
  verb: "LHLO",
  syntax: "LHLO <domain or address literal>",
  on: ["lmtp"],
  idle: true,
  run: (s, args) => greetWithExtensions(s, args, lhlo.syntax),
};
