/** Which folders a run is about, where the command line does not say. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program's folder: of the executable when compiled, else of `main.ts`. */
function programFolder(): string {
  // Not argv[0], as gomaild had it: that one is a bare name when a search path found it.
  return Deno.build.standalone
    ? dirname(Deno.execPath())
    : fileURLToPath(new URL("../..", import.meta.url));
}

/** Where the `*.conf` files are: beside the executable, as gomaild had it; from source in `conf/`. */
export function defaultConfigFolder(): string {
  return Deno.build.standalone
    ? programFolder()
    : join(programFolder(), "conf");
}

/** Where mail is kept when neither the command line nor the configuration says. */
export function defaultDataFolder(): string {
  return join(programFolder(), "data");
}
