/** `denomaild serve`: runs the server. */

import { dirname, resolve } from "node:path";
import {
  configFolder,
  configurationRefused,
  dataFolder,
  openConfiguration,
} from "./open_configuration.ts";
import { type Command, sharedOptions } from "./subcommand.ts";

export const serve: Command = {
  name: "serve",
  summary: "run the server",
  options: [sharedOptions.config, sharedOptions.data],
  details:
    "SIGHUP reloads the configuration and the certificates, SIGTERM stops. The server can\n" +
    "touch nothing but the configuration, the certificates and the data folder.",
  run: async (invocation) => {
    const { checkFiles } = await import("../config/mod.ts");
    const { runConfined } = await import("./confine.ts");
    const config = resolve(configFolder(invocation));
    const loaded = await openConfiguration(config);
    const problems = await checkFiles(loaded);
    const errors = problems.filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw await configurationRefused(errors);
    const data = resolve(
      dataFolder(invocation, loaded.configuration.data_folder),
    );
    // Folders, not files: a renewed certificate is often a new file beside the old one.
    const certificates = loaded.configuration.TLS.all.flatMap((files) => [
      dirname(files.certificate_file),
      dirname(files.certificate_key_file),
    ]);
    await Deno.mkdir(data, { recursive: true, mode: 0o700 });
    return await runConfined({ kind: "serve", config, data }, {
      read: [...new Set([config, data, ...certificates])],
      write: [data],
    });
  },
};
