/** `denomaild version`: which release this is. */

import project from "../../deno.json" with { type: "json" };
import { type Command, sharedOptions } from "./subcommand.ts";

export const version: Command = {
  name: "version",
  summary: "tell which release this is",
  options: [sharedOptions.json],
  run: ({ options, print }) => {
    const release = project.version;
    print(
      options.json
        ? JSON.stringify({ version: release, deno: Deno.version.deno })
        : `denomaild ${release} (Deno ${Deno.version.deno})`,
    );
    return 0;
  },
};
