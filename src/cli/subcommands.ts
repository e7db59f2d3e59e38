/** All subcommands: a line each. */

import { check } from "./check.ts";
import { help } from "./help.ts";
import type { Subcommand } from "./subcommand.ts";
import { version } from "./version.ts";

export const subcommands: readonly Subcommand[] = [
  check,
  version,
  help,
];
