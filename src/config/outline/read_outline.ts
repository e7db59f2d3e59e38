/** The paths in the `*.conf` files of a folder. */

import { besideFile } from "../beside_file.ts";
import { type ObjectTree, parseExtendedJson } from "../extended_json.ts";
import { merge, type Merged, type Path } from "../merge.ts";
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
  const owners: Path[] = [["TLS"], ...itemsAt(merged, ["TLS", "Certificates"])];
  return {
    dataFolder: pathAt(merged, ["data_folder"]),
    certificateFiles: [
      ...owners.map((owner) => [...owner, "certificate_file"]),
      ...owners.map((owner) => [...owner, "certificate_key_file"]),
      ...itemsAt(merged, ["TLS", "authorities"]),
    ]
      .map((path) => pathAt(merged, path))
      .filter((path) => path !== undefined),
  };
}

/** The ways into the items of a list. */
function itemsAt(merged: Merged, path: Path): Path[] {
  const list = valueAt(merged, path);
  return Array.isArray(list) ? list.map((_, index) => [...path, index]) : [];
}

function pathAt(merged: Merged, path: Path): string | undefined {
  const value = valueAt(merged, path);
  return typeof value === "string"
    ? besideFile(value, merged.placeOf(path))
    : undefined;
}

function valueAt({ value }: Merged, path: Path): unknown {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) {
      return undefined;
    }
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}
