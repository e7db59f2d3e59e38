/** HELP (RFC 5321 §4.1.1.8): the syntax of one command, or the list of all that can be given now. */

import { asciiUpper } from "../../bytes/mod.ts";
import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";
import type { SmtpSession } from "../smtp_session.ts";

export const help: Command = {
  verb: "HELP",
  syntax: "HELP [command]",
  idle: true,
  run(s, args) {
    const shown = shownCommands(s);
    if (args === "") return replies.help(shown.map(({ syntax }) => syntax));
    const wanted = asciiUpper(args);
    const row = shown.find(({ verb }) => verb === wanted);
    return row ? replies.help([row.syntax]) : replies.unknownHelpTopic;
  },
};

/** All but the hidden ones, and those of extensions that are not offered. */
function shownCommands(s: SmtpSession): Command[] {
  const withheld = s.extensions
    .filter(({ advertise }) => advertise(s) === undefined)
    .flatMap(({ commands = [] }) => commands);
  return [...s.commands.values()]
    .filter((command) => !command.hidden && !withheld.includes(command));
}
