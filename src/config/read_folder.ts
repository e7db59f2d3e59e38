/** The `*.conf` files of a folder as one configuration. */

import { loadConfiguration, type Loaded, type Rejected } from "./load.ts";
import { readSources } from "./read_sources.ts";

/** Reads a folder. Never rejects: what cannot be read is a problem. */
export async function readConfigurationFolder(
  folder: string,
): Promise<Loaded | Rejected> {
  const { files, problems } = await readSources(folder);
  if (files.length === 0 && problems.length > 0) return { problems };
  const result = loadConfiguration(files);
  if (problems.length === 0) return result;
  return {
    problems: [...problems, ..."problems" in result ? result.problems : []],
  };
}
