/** The program: reads the command line and runs one subcommand. */

import { runCommandLine } from "./src/cli/command_line.ts";
import { subcommands } from "./src/cli/subcommands.ts";

if (import.meta.main) {
  Deno.exit(await runCommandLine(Deno.args, subcommands));
}
