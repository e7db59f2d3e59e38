/** `denomaild help [SUBCOMMAND]`: what there is to do, and how. */

import {
  type Command,
  type Option,
  type Subcommand,
  UsageError,
} from "./subcommand.ts";
import { columns } from "./columns.ts";
import { meantWord } from "./meant_word.ts";

const ASKS =
  "The password is asked for at a terminal, else it is the first line of standard input.";

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
    ? found.actions.map((action) =>
      usageOf(`${found.name} ${action.name}`, action)
    )
    : [usageOf(found.name, found)];
  const options = "actions" in found
    ? found.actions.flatMap((action) => action.options ?? [])
    : found.options ?? [];
  return [...commands, formatOptions(options)].filter(Boolean).join("\n\n");
}

function formatList(subcommands: readonly Subcommand[]): string {
  const rows = subcommands.map(({ name, summary }) => [name, summary]);
  return [
    "usage: denomaild SUBCOMMAND [ARGUMENT…] [--OPTION…]",
    "",
    ...columns(rows).map((line) => `  ${line}`),
    "",
    '"denomaild help SUBCOMMAND" tells more.',
  ].join("\n");
}

function usageOf(title: string, command: Command): string {
  const options = (command.options ?? []).map((option) =>
    `[${formatOption(option)}]`
  );
  const usage = ["denomaild", title, ...(command.arguments ?? []), ...options];
  const details = [
    ...command.asksPassword ? [ASKS] : [],
    ...command.details?.split("\n") ?? [],
  ];
  return [
    usage.join(" "),
    ...[command.summary, ...details].map((line) => `  ${line}`),
  ].join("\n");
}

/** What options mean; each once, though several commands have it. */
function formatOptions(options: readonly Option[]): string {
  const meanings = new Map(
    options.map((option) => [formatOption(option), option.meaning]),
  );
  return columns([...meanings]).map((line) => `  ${line}`).join("\n");
}

function formatOption({ name, value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}
