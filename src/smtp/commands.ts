/**
 * The list of commands, one file each; those of extensions come with their rows.
 *
 * @module
 */

import { data } from "./commands/data.ts";
import { ehlo } from "./commands/ehlo.ts";
import { expn } from "./commands/expn.ts";
import { help } from "./commands/help.ts";
import { helo } from "./commands/helo.ts";
import { lhlo } from "./commands/lhlo.ts";
import { mail } from "./commands/mail.ts";
import { noop } from "./commands/noop.ts";
import { notImplemented } from "./commands/not_implemented.ts";
import { quit } from "./commands/quit.ts";
import { rcpt } from "./commands/rcpt.ts";
import { rset } from "./commands/rset.ts";
import { vrfy } from "./commands/vrfy.ts";
import { extensions } from "./extensions.ts";
import type { Command } from "./rows.ts";
import type { ListenerKind } from "./setting.ts";

const commands: readonly Command[] = [
  helo,
  ehlo,
  lhlo,
  mail,
  rcpt,
  data,
  rset,
  noop,
  quit,
  vrfy,
  expn,
  help,
  ...notImplemented,
  ...extensions.flatMap((extension) => extension.commands ?? []),
];

const byKind = new Map<ListenerKind, ReadonlyMap<string, Command>>();

/** The commands that a listener knows, by verb. */
export function commandsFor(
  kind: ListenerKind,
): ReadonlyMap<string, Command> {
  let known = byKind.get(kind);
  if (!known) {
    known = new Map(
      commands.filter(({ on }) => !on || on.includes(kind))
        .map((command) => [command.verb, command]),
    );
    byKind.set(kind, known);
  }
  return known;
}
