/** All subcommands: a line each. */

import { alias } from "./alias.ts";
import { check } from "./check.ts";
import { dev } from "./dev.ts";
import { explain } from "./explain.ts";
import { help } from "./help.ts";
import { mailbox } from "./mailbox.ts";
import { queue } from "./queue.ts";
import { serve } from "./serve.ts";
import type { Subcommand } from "./subcommand.ts";
import { user } from "./user.ts";
import { version } from "./version.ts";

export const subcommands: readonly Subcommand[] = [
  serve,
  dev,
  check,
  user,
  alias,
  mailbox,
  queue,
  explain,
  version,
  help,
];
