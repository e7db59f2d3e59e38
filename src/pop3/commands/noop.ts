/** NOOP: nothing but a reply (RFC 1939 §5). */

import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { ok } from "../reply.ts";

export const noop: Command = {
  verb: "NOOP",
  syntax: "NOOP",
  states: ["transaction"],
  run(_s, args) {
    noArguments(noop, args);
    return ok("");
  },
};
