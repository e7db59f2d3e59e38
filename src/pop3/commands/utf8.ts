/** UTF8: the client reads and writes UTF-8 (RFC 6856 §2.1). */

import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { ok } from "../reply.ts";

export const utf8: Command = {
  verb: "UTF8",
  syntax: "UTF8",
  states: ["authorization"],
  run(s, args) {
    noArguments(utf8, args);
    s.utf8 = true;
    return ok("UTF8 enabled");
  },
};
