/** `denomaild help [SUBCOMMAND]`: what there is to do, and how. */

import {
  type Command,
  type Option,
  type Subcommand,
  UsageError,
} from "./subcommand.ts";
import { meantWord } from "./meant_word.ts";

export const help: Command = {
  name: "help",
  summary: "tell what a subcommand does",
  arguments: ["[SUBCOMMAND]"],
  run: async ({ args: [name], subcommands, print }) => {
    if (name !== undefined && !subcommands.some((one) => one.name === name)) {
      const near = await meantWord(name, subcommands);
      throw new UsageError(
        `"${name}" is not a subcommand${
          near ? `; did you mean "${near}"?` : ""
        }`,
      );
    }
    print(formatUsage(subcommands, name));
    return 0;
  },
};

/** The help of one subcommand, or the list of all. */
export function formatUsage(
  subcommands: readonly Subcommand[],
  name?: string,
): string {
  const found = subcommands.find((one) => one.name === name);
  if (found === undefined) return formatList(subcommands);
  const commands = "actions" in found
    ? found.actions.map((
      action,
    ): [string, Command] => [`${found.name} ${action.name}`, action])
    : [[found.name, found] as [string, Command]];
  return commands.map(([title, command]) => formatCommand(title, command)).join(
    "\n\n",
  );
}

function formatList(subcommands: readonly Subcommand[]): string {
  const rows = subcommands.map((
    one,
  ): [string, string] => [one.name, one.summary]);
  return [
    "usage: denomaild SUBCOMMAND [ARGUMENT…] [--OPTION…]",
    "",
    ...columns(rows),
    "",
    '"denomaild help SUBCOMMAND" tells more.',
  ].join("\n");
}

function formatCommand(title: string, command: Command): string {
  const options = command.options ?? [];
  const words = ["denomaild", title, ...(command.arguments ?? [])];
  return [
    [...words, ...options.map((option) => `[${formatOption(option)}]`)].join(
      " ",
    ),
    `  ${command.summary}`,
    ...(command.details ?? "").split("\n").filter(Boolean).map((line) =>
      `  ${line}`
    ),
    ...columns(options.map((option) => [formatOption(option), option.meaning])),
  ].join("\n");
}

function formatOption({ name, value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
