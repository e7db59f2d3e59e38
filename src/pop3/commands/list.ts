/** LIST: the size of one message or of all (RFC 1939 §5). */

import { parseNumber, words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { listing } from "../listing.ts";

export const list: Command = {
  verb: "LIST",
  syntax: "LIST [message]",
  states: ["transaction"],
  run(s, args) {
    const [word] = words(list, args, 0, 1);
    const number = word === undefined ? undefined : parseNumber(list, word);
    return listing(s, number, (meta) => String(meta.size));
  },
};
