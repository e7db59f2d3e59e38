/** CAPA: what this server can do, here and now (RFC 2449 §5). */

import { capabilities } from "../capabilities.ts";
import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { ok } from "../reply.ts";

export const capa: Command = {
  verb: "CAPA",
  syntax: "CAPA",
  states: ["authorization", "transaction"],
  run(s, args) {
    noArguments(capa, args);
    const lines = capabilities.flatMap(({ keyword, show }) => {
      const parameters = show(s);
      if (parameters === undefined) return [];
      return [parameters === "" ? keyword : `${keyword} ${parameters}`];
    });
    return ok("capability list follows", lines);
  },
};
