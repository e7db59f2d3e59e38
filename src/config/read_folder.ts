/** The `*.conf` files of a folder as one configuration. */

import { loadConfiguration, type Loaded, type Rejected } from "./load.ts";
import { inOrder } from "./place.ts";
import { readSources } from "./read_sources.ts";

/** Reads a folder. Never rejects: what cannot be read is a problem. */
export async function readConfigurationFolder(
  folder: string,
): Promise<Loaded | Rejected> {
  const sources = await readSources(folder);
  const result = loadConfiguration(sources.files);
  if (sources.problems.length === 0) return result;
  const { files, passwords, placeOf } = result;
  const problems = "problems" in result ? result.problems : [];
  return {
    problems: inOrder([...sources.problems, ...problems]),
    files,
    passwords,
    placeOf,
  };
}
