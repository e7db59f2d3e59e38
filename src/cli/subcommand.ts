/**
 * What a subcommand is: a row of the list in `subcommands.ts`.
 *
 * A row's file imports nothing heavy; what its `run` needs it takes with a literal
 * `await import(…)`, so that no subcommand pays for another's start.
 *
 * @module
 */

/** One thing to do: "check", or "add" of "user". */
export interface Command {
  readonly name: string;
  /** One line for the list of subcommands. */
  readonly summary: string;
  /** "ADDRESS" for one argument, "[NAME]" for one that may be left out, "TARGET…" for one or more. */
  readonly arguments?: readonly string[];
  readonly options?: readonly Option[];
  /** It reads a password; one more argument than it takes is one that was given the wrong way. */
  readonly asksPassword?: true;
  /** More lines for its own help. */
  readonly details?: string;
  /**
   * Runs it; resolves to the exit code.
   *
   * @throws {UsageError} For arguments that make no sense (exit code 2).
   * @throws {CommandFailed} When it cannot be done (exit code 1).
   */
  readonly run: (invocation: Invocation) => Promise<number> | number;
}

/** Several commands under one name: "user add", "user list". */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly actions: readonly Command[];
}

export type Subcommand = Command | CommandGroup;

/** Of one name there is one option: the same in every subcommand that has it. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What its value is called; a switch has none. */
  readonly value?: string;
  readonly meaning: string;
}

/** How a command was called. */
export interface Invocation {
  /** As many as `arguments` asks for. */
  readonly args: readonly string[];
  /** The values of options that were given, by name; true for a switch. */
  readonly options: Readonly<Record<string, string | true>>;
  /** All there is, for the help. */
  readonly subcommands: readonly Subcommand[];
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly complain: (line: string) => void;
}

/** The command line makes no sense. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The command makes sense and cannot be done. */
export class CommandFailed extends Error {
  override name = "CommandFailed";
}

/** Options that several subcommands share. */
export const sharedOptions = {
  config: {
    name: "config",
    value: "DIR",
    meaning: "the folder of the *.conf files",
  },
  data: {
    name: "data",
    value: "DIR",
    meaning: "the folder of mail and accounts",
  },
  json: { name: "json", meaning: "print JSON, for programs" },
} as const satisfies Record<string, Option>;

/** The value of an option; undefined where it was not given. */
export function optionValue(
  { options }: Invocation,
  name: string,
): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}
