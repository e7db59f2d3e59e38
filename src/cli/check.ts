/** `denomaild check`: tells everything that is wrong with the configuration and its files. */

import { configFolder } from "./open_configuration.ts";
import { type Command, sharedOptions } from "./subcommand.ts";

export const check: Command = {
  name: "check",
  summary: "check the configuration and the files that it names",
  options: [sharedOptions.config, sharedOptions.json],
  details:
    "Exit code 1 and every error, each with its file, line and column, when something is wrong.",
  run: async (invocation) => {
    const { formatProblem } = await import("../config/mod.ts");
    const { inspectFolder } = await import("./inspect_folder.ts");
    const folder = configFolder(invocation);
    const { problems } = await inspectFolder(folder);
    const ok = !problems.some(({ severity }) => severity === "error");
    if (invocation.options.json) {
      invocation.print(JSON.stringify({ ok, folder, problems }));
    } else {
      for (const problem of problems) {
        invocation.complain(formatProblem(problem));
      }
      if (ok) invocation.print(`The configuration in "${folder}" is right`);
    }
    return ok ? 0 : 1;
  },
};
