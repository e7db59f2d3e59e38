/** All subcommands: a line each. */

import { alias } from "./alias.ts";
import { check } from "./check.ts";
import { help } from "./help.ts";
import type { Subcommand } from "./subcommand.ts";
import { user } from "./user.ts";
import { version } from "./version.ts";

export const subcommands: readonly Subcommand[] = [
  check,
  user,
  alias,
  version,
  help,
];
