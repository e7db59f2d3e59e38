/** EHLO (RFC 5321 §4.1.1.1): the greeting that names the extensions. */

import { greetWithExtensions } from "../greet.ts";
import type { Command } from "../rows.ts";

export const ehlo: Command = {
  verb: "EHLO",
  syntax: "EHLO <domain or address literal>",
  on: ["mx", "submission", "submissions"],
  idle: true,
  run: (s, args) => greetWithExtensions(s, args, ehlo.syntax),
};
