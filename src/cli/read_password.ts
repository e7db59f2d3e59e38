/** A password from somebody at a terminal, who sees nothing of it, or from standard input. */

import { CommandFailed } from "./subcommand.ts";

/** Octets of a line of standard input that is taken for a password. */
const LONGEST = 4096;

/**
 * Asks twice at a terminal; otherwise takes the first line of standard input.
 *
 * @throws {CommandFailed} When none was given.
 */
export async function readPassword(): Promise<string> {
  const password = Deno.stdin.isTerminal()
    ? await askTwice()
    : await readLine(Deno.stdin.readable);
  if (password === "") {
    throw new CommandFailed(
      "Cannot read a password: standard input has none in its first line",
    );
  }
  return password;
}

async function askTwice(): Promise<string> {
  const first = await ask("Password: ");
  if (first !== await ask("Password again: ")) {
    throw new CommandFailed("Cannot take the password: the two are different");
  }
  return first;
}

/** The question goes to standard error, for standard output may be read by a program. */
async function ask(question: string): Promise<string> {
  const { promptSecret } = await import("@std/cli/prompt-secret");
  Deno.stderr.writeSync(new TextEncoder().encode(question));
  return promptSecret("", { mask: "" }) ?? "";
}

/** The first line of `input`, without its end. */
async function readLine(input: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of input) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("\n") || text.length > LONGEST) break;
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandFailed("Cannot read a password: it is not UTF-8 text");
  }
  const [line = ""] = text.split(/\r?\n/);
  if (line.length > LONGEST) {
    throw new CommandFailed(
      `Cannot read a password: the line is longer than ${LONGEST} characters`,
    );
  }
  return line;
}
