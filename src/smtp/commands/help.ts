/** HELP (RFC 5321 §4.1.1.8): the syntax of one command, or the list of all. */

import { asciiUpper } from "../../bytes/mod.ts";
import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";

export const help: Command = {
  verb: "HELP",
  syntax: "HELP [command]",
  idle: true,
  run(s, args) {
    const shown = [...s.commands.values()].filter(({ hidden }) => !hidden);
    if (args === "") return replies.help(shown.map(({ syntax }) => syntax));
    const wanted = asciiUpper(args);
    const row = shown.find(({ verb }) => verb === wanted);
    return row ? replies.help([row.syntax]) : replies.unknownHelpTopic;
  },
};
