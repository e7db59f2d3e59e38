/**
 * The files that a configuration names: certificates, their keys, and authorities.
 *
 * They are found in what the `*.conf` files say, and not in what the schema makes of
 * it: what is wrong elsewhere does not hide that one of them cannot be read.
 */

import { besideFile } from "./beside_file.ts";
import { type Merged, type Path, valueAt } from "./merge.ts";

/** A file, and the key that names it. */
export interface NamedFile {
  /** Its path, made whole. */
  readonly file: string;
  readonly path: Path;
}

/** A certificate and its key; one of them where the other is missing, or no text. */
export interface NamedPair {
  readonly certificate: NamedFile | undefined;
  readonly key: NamedFile | undefined;
}

export interface NamedFiles {
  /** That of `TLS` itself, then the further ones. */
  readonly pairs: readonly NamedPair[];
  /** Those that are trusted beside the public ones. */
  readonly authorities: readonly NamedFile[];
}

/** Finds them; what is no text is left out. */
export function namedFiles(merged: Merged): NamedFiles {
  const owners = [["TLS"], ...itemsAt(merged, ["TLS", "Certificates"])];
  return {
    pairs: owners.map((owner) => ({
      certificate: fileAt(merged, [...owner, "certificate_file"]),
      key: fileAt(merged, [...owner, "certificate_key_file"]),
    })),
    authorities: itemsAt(merged, ["TLS", "authorities"])
      .flatMap((path) => fileAt(merged, path) ?? []),
  };
}

/** The file that stands at `path`. */
export function fileAt(
  { value, placeOf }: Merged,
  path: Path,
): NamedFile | undefined {
  const text = valueAt(value, path);
  if (typeof text !== "string" || text === "") return undefined;
  return { file: besideFile(text, placeOf(path)), path };
}

/** The ways into the items of a list. */
function itemsAt({ value }: Merged, path: Path): Path[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.map((_, index) => [...path, index]) : [];
}
