/** LANG: lists or chooses the language of replies; ours is English (RFC 6856 §3). */

import { asciiLower } from "../../bytes/mod.ts";
import { words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { err, ok } from "../reply.ts";

export const lang: Command = {
  verb: "LANG",
  syntax: "LANG [language]",
  states: ["authorization", "transaction"],
  run(_s, args) {
    const [range] = words(lang, args, 0, 1);
    if (range === undefined) {
      return ok("language listing follows:", [
        "en English",
        "i-default English",
      ]);
    }
    const tag = chosen(asciiLower(range));
    return tag === undefined
      ? err("language is not available")
      : ok(`${tag} language is English`);
  },
};

/** RFC 4647 §3.4: "en-GB" finds "en". RFC 6856 §3.2: "*" is the server's choice. */
function chosen(range: string): string | undefined {
  if (range === "*" || range === "i-default") return "i-default";
  return /^en(-[a-z0-9]{1,8})*$/.test(range) ? "en" : undefined;
}
