/** Reads the command line, finds the subcommand, runs it. */

import { parseArgs } from "@std/cli/parse-args";
import { formatUsage } from "./help.ts";
import {
  type Command,
  CommandFailed,
  type Invocation,
  type Option,
  type Subcommand,
  UsageError,
} from "./subcommand.ts";
import { meantWord } from "./meant_word.ts";

/** Exit codes: done, refused or failed, and a command line that makes no sense. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

const standardStreams: Streams = {
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
};

type Streams = Pick<Invocation, "print" | "complain">;

/**
 * Runs what `args` ask for; resolves to the exit code. Errors go to standard error.
 *
 * @param args What follows the program's name.
 */
export async function runCommandLine(
  args: readonly string[],
  subcommands: readonly Subcommand[],
  streams: Streams = standardStreams,
): Promise<number> {
  try {
    return await dispatch(args, subcommands, streams);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UsageError) {
      streams.complain(`denomaild: ${message}`);
      return exitCodes.usage;
    }
    const known = error instanceof CommandFailed || isSystemError(error);
    streams.complain(
      `denomaild: ${known ? message : (error as Error).stack ?? message}`,
    );
    return exitCodes.failed;
  }
}

async function dispatch(
  args: readonly string[],
  subcommands: readonly Subcommand[],
  streams: Streams,
): Promise<number> {
  const { words, options } = await parse(args, subcommands);
  if (options.version) words.unshift("version");
  if (words.length === 0 && options.help) {
    streams.print(formatUsage(subcommands));
    return exitCodes.ok;
  }
  if (words.length === 0) {
    throw new UsageError(
      `a subcommand was meant\n${formatUsage(subcommands)}`,
    );
  }
  const { title, command, rest } = await find(
    words,
    subcommands,
    options.help === true,
  );
  const { help: asked, version: _, ...given } = options;
  if (asked) {
    streams.print(formatUsage(subcommands, title.split(" ")[0]));
    return exitCodes.ok;
  }
  checkOptions(given, command, title);
  checkArguments(rest, command, title);
  const invocation = { args: rest, options: given, subcommands, ...streams };
  return await command.run(invocation);
}

/** Tells words from options; which options have a value is the same for all subcommands. */
async function parse(
  args: readonly string[],
  subcommands: readonly Subcommand[],
) {
  const known = subcommands.flatMap(commandsOf).flatMap((one) =>
    one.options ?? []
  );
  const unknown: string[] = [];
  const parsed = parseArgs(args, {
    string: [
      "_",
      ...known.filter((option) => option.value).map(({ name }) => name),
    ],
    boolean: [
      "help",
      "version",
      ...known.filter((option) => !option.value).map(({ name }) => name),
    ],
    alias: { h: "help" },
    unknown: (arg, key) => {
      if (key !== undefined) unknown.push(arg);
      return key === undefined;
    },
  });
  if (unknown.length > 0) throw await unknownOption(unknown[0]!, known);
  const options: Record<string, string | true> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === "_" || name === "h" || value === false) continue;
    if (value === "") throw new UsageError(`--${name} needs a value`);
    options[name] = value === true ? true : String(value);
  }
  return { words: parsed._.map(String), options };
}

// Only the name is shown: the value may be a secret.
async function unknownOption(
  arg: string,
  known: readonly Option[],
): Promise<UsageError> {
  const name = arg.split("=")[0]!;
  if (/^--?(pass|pw|secret)/i.test(name)) return passwordRefused();
  const near = await meantWord(name.replace(/^-+/, ""), known);
  return new UsageError(
    `"${name}" is not an option${near ? `; did you mean "--${near}"?` : ""}`,
  );
}

/** Other users of the machine can read the command lines of all processes. */
function passwordRefused(): UsageError {
  return new UsageError(
    "a password is never taken from the command line, where others can read it; " +
      "it is asked for, or read from standard input",
  );
}

async function find(
  words: readonly string[],
  subcommands: readonly Subcommand[],
  forHelp: boolean,
): Promise<{ title: string; command: Command; rest: readonly string[] }> {
  const [name, ...rest] = words as [string, ...string[]];
  const found = subcommands.find((one) => one.name === name);
  if (found === undefined) {
    throw await unknownWord("subcommand", name, subcommands);
  }
  if (!("actions" in found)) return { title: name, command: found, rest };
  const [action, ...args] = rest;
  if (action === undefined && forHelp) {
    return { title: name, command: found.actions[0]!, rest };
  }
  if (action === undefined) {
    const names = found.actions.map((one) => one.name).join(", ");
    throw new UsageError(
      `"${name}" needs one more word; one of ${names} was meant`,
    );
  }
  const command = found.actions.find((one) => one.name === action);
  if (command === undefined) {
    throw await unknownWord(`subcommand of "${name}"`, action, found.actions);
  }
  return { title: `${name} ${action}`, command, rest: args };
}

async function unknownWord(
  what: string,
  word: string,
  known: readonly { readonly name: string }[],
): Promise<UsageError> {
  const near = await meantWord(word, known);
  const meant = near === undefined
    ? `one of ${known.map(({ name }) => name).join(", ")} was meant`
    : `did you mean "${near}"?`;
  return new UsageError(`"${word}" is not a ${what}; ${meant}`);
}

function checkOptions(
  given: Readonly<Record<string, unknown>>,
  command: Command,
  title: string,
): void {
  const known = (command.options ?? []).map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw new UsageError(`"--${name}" is not an option of "${title}"`);
  }
}

function checkArguments(
  args: readonly string[],
  command: Command,
  title: string,
): void {
  const wanted = command.arguments ?? [];
  const least = wanted.filter((name) => !name.startsWith("[")).length;
  const most = wanted.at(-1)?.endsWith("…") ? Infinity : wanted.length;
  if (args.length > most && command.asksPassword) throw passwordRefused();
  if (args.length < least || args.length > most) {
    throw new UsageError(
      `"${title}" takes ${
        wanted.join(" ") || "no arguments"
      }, and ${args.length} ${args.length === 1 ? "was" : "were"} given`,
    );
  }
}

function commandsOf(subcommand: Subcommand): readonly Command[] {
  return "actions" in subcommand ? subcommand.actions : [subcommand];
}

/** Errors of files and sockets tell what happened by themselves. */
function isSystemError(error: unknown): boolean {
  return Object.values(Deno.errors).some((kind) => error instanceof kind);
}
