/**
 * What changed in a mailbox's folders since they were last looked at. Pure.
 *
 * @module
 */

import {
  isMessageName,
  keyOf,
  parseFileName,
  type SubFolder,
  withoutInfo,
} from "./file_name.ts";
import type { Entry } from "./roster.ts";

/** A file in new/ or cur/. */
export interface Found {
  readonly folder: SubFolder;
  readonly name: string;
}

/** Two files that say they are the same message. */
export interface Double {
  readonly kept: Found;
  readonly other: Found;
}

export interface Comparison {
  /** Known messages whose files are not there. */
  readonly gone: readonly Entry[];
  /** Known messages whose files have another name or folder now. */
  readonly moved: readonly { readonly entry: Entry; readonly found: Found }[];
  /** Known messages that another process of ours gave another UID: the name is what counts. */
  readonly renumbered: readonly {
    readonly entry: Entry;
    readonly found: Found;
  }[];
  /** Files that are no known message. */
  readonly strange: readonly Found[];
  readonly doubles: readonly Double[];
}

/** Compares what is known with the names in new/ and cur/. */
export function compareListing(
  entries: readonly Entry[],
  listing: Readonly<Record<SubFolder, readonly string[]>>,
): Comparison {
  const { files, doubles } = filesByKey(listing);
  const gone: Entry[] = [];
  const moved: { entry: Entry; found: Found }[] = [];
  const renumbered: { entry: Entry; found: Found }[] = [];
  for (const entry of entries) {
    const key = keyOf(entry.name);
    const found = files.get(key);
    files.delete(key);
    if (found === undefined) gone.push(entry);
    else if (isRenumbered(entry, found)) renumbered.push({ entry, found });
    else if (!isSameFile(entry, found)) moved.push({ entry, found });
  }
  return { gone, moved, renumbered, strange: [...files.values()], doubles };
}

function isRenumbered(entry: Entry, found: Found): boolean {
  if (entry.name === found.name) return false;
  const uid = parseFileName(found.name)?.uid;
  return uid !== undefined && uid !== entry.meta.uid;
}

function isSameFile(a: Found, b: Found): boolean {
  return a.name === b.name && a.folder === b.folder;
}

function filesByKey(
  listing: Readonly<Record<SubFolder, readonly string[]>>,
): { files: Map<string, Found>; doubles: Double[] } {
  const files = new Map<string, Found>();
  const doubles: Double[] = [];
  for (const folder of ["new", "cur"] as const) {
    for (const name of listing[folder]) {
      if (!isMessageName(name)) continue;
      const found = { folder, name };
      const key = keyOf(name);
      const other = files.get(key);
      const double = other && chooseOf(other, found);
      if (double) doubles.push(double);
      files.set(key, double?.kept ?? found);
    }
  }
  return { files, doubles };
}

/** A move from new/ to cur/ that a crash cut in two leaves both; what moved is the later state. */
function chooseOf(a: Found, b: Found): Double {
  const kept = isLeftover(a, b) || !isLeftover(b, a) && b.name < a.name ? b : a;
  return { kept, other: kept === a ? b : a };
}

/** True when `file` is what `later` was before it moved to cur/. */
export function isLeftover(file: Found, later: Found): boolean {
  return file.folder === "new" && later.folder === "cur" &&
    withoutInfo(file.name) === withoutInfo(later.name);
}
