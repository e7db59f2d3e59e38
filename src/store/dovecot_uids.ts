/**
 * What Dovecot noted of a mailbox's UIDs in `dovecot-uidlist`: whoever moves a Maildir
 * to this server keeps UIDVALIDITY and UIDs, and no client downloads its mail again
 * (RFC 9051 §2.3.1.1). The file is only read.
 *
 * Its first line is `3 V<UIDVALIDITY> N<UIDNEXT> …`, each other one
 * `<UID> [<attributes>] :<file name without flags>`.
 *
 * @module
 */

import { keyOf } from "./file_name.ts";
import type { Numbers } from "./numbers.ts";
import { readSmallFile } from "./replace_file.ts";
import type { Surroundings } from "./surroundings.ts";

const FILE = "dovecot-uidlist";
/** Octets; a line has about a hundred. */
const LARGEST = 1 << 29;
/** UIDs and UIDVALIDITY are numbers of 32 bits that are not 0. */
const HIGHEST = 0xffff_ffff;

/** What the file says. */
export interface UidList {
  readonly uidValidity: number;
  readonly uidNext: number;
  /** UIDs by what never changes in the names of files. */
  readonly uids: ReadonlyMap<string, number>;
}

/** Undefined when it is not a list of version 3, or says what cannot be: then nothing of it counts. */
export function parseUidList(text: string): UidList | undefined {
  const [head = "", ...lines] = text.split("\n");
  const uidValidity = fieldOf(head, "V");
  const uidNext = fieldOf(head, "N");
  if (!head.startsWith("3 ") || !uidValidity || !uidNext) return undefined;
  const uids = new Map<string, number>();
  let last = 0;
  for (const line of lines) {
    if (line === "") continue;
    const [, number, name] = /^(\d{1,10}) (?:[^:]* )?:(.+)$/.exec(line) ?? [];
    const uid = Number(number);
    // A line that was cut short, or is out of order, is the last one that counts.
    if (name === undefined || uid <= last || uid >= uidNext) break;
    uids.set(keyOf(name), uid);
    last = uid;
  }
  return { uidValidity, uidNext, uids };
}

function fieldOf(head: string, letter: string): number | undefined {
  const value = Number(RegExp(` ${letter}(\\d{1,10})(?= |$)`).exec(head)?.[1]);
  return value > 0 && value <= HIGHEST ? value : undefined;
}

/** The list of the mailbox in `path`, if there is one. @throws {DiskError} */
export async function readUidList(
  surroundings: Surroundings,
  path: string,
): Promise<UidList | undefined> {
  const file = `${path}/${FILE}`;
  const text = await readSmallFile(surroundings, file, LARGEST);
  if (text === undefined) return undefined;
  const list = parseUidList(text);
  if (list === undefined) surroundings.log("store.uidlist", { path: file });
  return list;
}

/** UIDs that Dovecot gave to files, if the mailbox has its UIDVALIDITY. @throws {DiskError} */
export async function dovecotUids(
  surroundings: Surroundings,
  path: string,
  { uidValidity }: Numbers,
): Promise<ReadonlyMap<string, number>> {
  const list = await readUidList(surroundings, path);
  return list?.uidValidity === uidValidity ? list.uids : new Map();
}
