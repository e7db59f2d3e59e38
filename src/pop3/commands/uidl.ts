/** UIDL: the name of one message or of all, the same for a message's whole life (RFC 1939 §7). */

import { parseNumber, words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { listing } from "../listing.ts";

export const uidl: Command = {
  verb: "UIDL",
  syntax: "UIDL [message]",
  states: ["transaction"],
  run(s, args) {
    const [word] = words(uidl, args, 0, 1);
    const number = word === undefined ? undefined : parseNumber(uidl, word);
    return listing(s, number, (meta) => meta.uniqueId);
  },
};
