/** The paths in the `*.conf` files of a folder. */

import { type ObjectTree, parseExtendedJson } from "../extended_json.ts";
import { merge } from "../merge.ts";
import { fileAt, namedFiles } from "../named_files.ts";
import { readSources } from "../read_sources.ts";

/** Paths made whole, as the checked configuration has them. */
export interface Outline {
  readonly dataFolder: string | undefined;
  /** Certificates and keys, those of authorities included. */
  readonly certificateFiles: readonly string[];
}

/** Reads what can be read; what cannot, or makes no sense, is left out. */
export async function readOutline(folder: string): Promise<Outline> {
  const { files } = await readSources(folder);
  const merged = merge(
    files.map(parseExtendedJson).filter((tree): tree is ObjectTree =>
      !("severity" in tree) && tree.kind === "object"
    ),
  );
  const { pairs, authorities } = namedFiles(merged);
  const named = [
    ...pairs.flatMap(({ certificate, key }) => [certificate, key]),
    ...authorities,
  ];
  return {
    dataFolder: fileAt(merged, ["data_folder"])?.file,
    certificateFiles: named.flatMap((one) => one?.file ?? []),
  };
}
