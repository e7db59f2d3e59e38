/** `denomaild serve`: runs the server. */

import { dirname, resolve } from "node:path";
import { configFolder, dataFolder } from "./open_configuration.ts";
import { type Command, optionValue, sharedOptions } from "./subcommand.ts";

/** Names the system's name servers, where the configuration has none of its own. */
const RESOLV_CONF = "/etc/resolv.conf";

export const serve: Command = {
  name: "serve",
  summary: "run the server",
  options: [sharedOptions.config, sharedOptions.data],
  details:
    "SIGHUP reloads the configuration and the certificates, SIGTERM stops. The server can\n" +
    "touch nothing but the configuration, the certificates and the data folder.",
  run: async (invocation) => {
    const { readOutline } = await import("../config/outline/mod.ts");
    const { runConfined } = await import("./confine.ts");
    const config = resolve(configFolder(invocation));
    const outline = await readOutline(config);
    const data = resolve(dataFolder(invocation, outline.dataFolder));
    const named = optionValue(invocation, "data") !== undefined;
    // Folders, not files: a renewed certificate is often a new file beside the old one.
    const certificates = outline.certificateFiles.map((file) => dirname(file));
    return await runConfined({ kind: "serve", config, data, named }, {
      read: [...new Set([config, data, ...certificates, RESOLV_CONF])],
      write: [data],
    });
  },
};
