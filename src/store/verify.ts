/** Checks and repairs for the command line: what the files are against what is known of them. */

import { DiskError } from "../disk/mod.ts";
import type { Found } from "./compare_listing.ts";
import { formatFileName, parseFileName, type SubFolder } from "./file_name.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import { listFolders } from "./maildir_folders.ts";
import { rowOf } from "./roster.ts";

export type Problem =
  | "not a message"
  | "no UID"
  | "UID used twice"
  | "wrong size"
  | "unreadable";

export interface FileProblem {
  readonly problem: Problem;
  /** Below the mailbox's folder. */
  readonly file: string;
}

/** What was wrong with one mailbox before it was set right. */
export interface MailboxReport {
  readonly name: string;
  readonly messages: number;
  readonly octets: number;
  /** Messages of which the index said something else than the folders when the mailbox was opened. */
  readonly indexBehind: number;
  readonly problems: readonly FileProblem[];
}

/** Looks at every file; names that tell a wrong size are set right. @throws {DiskError} */
export async function verifyMailbox(
  mailbox: LiveMailbox,
): Promise<MailboxReport> {
  return await mailbox.change(async () => {
    const problems = await examine(mailbox);
    await mailbox.rescan();
    const metas = mailbox.roster.metas();
    return {
      name: mailbox.place.name,
      messages: metas.length,
      octets: metas.reduce((sum, { size }) => sum + size, 0),
      indexBehind: mailbox.indexBehind,
      problems,
    };
  });
}

async function examine(mailbox: LiveMailbox): Promise<FileProblem[]> {
  const { surroundings: { disk }, place: { path } } = mailbox;
  const names = await listFolders(disk, path);
  const uids = new Set<number>();
  const problems: FileProblem[] = [];
  for (const folder of ["new", "cur"] satisfies SubFolder[]) {
    for (const name of names[folder].sort()) {
      const problem = await problemOf(mailbox, { folder, name }, uids);
      if (problem) problems.push({ problem, file: `${folder}/${name}` });
    }
  }
  return problems;
}

async function problemOf(
  mailbox: LiveMailbox,
  found: Found,
  uids: Set<number>,
): Promise<Problem | undefined> {
  const told = parseFileName(found.name);
  if (told === undefined) return "not a message";
  const size = await readableSize(mailbox, found);
  if (typeof size === "string") return size;
  const { uid } = told;
  if (uid === undefined) return "no UID";
  if (uids.has(uid)) return "UID used twice";
  uids.add(uid);
  if (told.size === size) return undefined;
  const name = formatFileName(
    // Of a file that somebody changed nobody knows how it ends its lines.
    { ...told, size, uid, served: undefined },
    found.folder,
  );
  const { disk } = mailbox.surroundings;
  await disk.rename(
    mailbox.path(found),
    mailbox.path({ folder: found.folder, name }),
  );
  return "wrong size";
}

/** The size of a file that can be read to its last octet. */
async function readableSize(
  mailbox: LiveMailbox,
  found: Found,
): Promise<number | "unreadable" | "not a message"> {
  const { disk } = mailbox.surroundings;
  const file = mailbox.path(found);
  try {
    const stat = await disk.stat(file);
    if (stat === undefined || stat.isDirectory) return "not a message";
    const open = await disk.open(file, "read");
    try {
      await open.readAt(new Uint8Array(1), Math.max(0, stat.size - 1));
    } finally {
      open.close();
    }
    return stat.size;
  } catch (error) {
    if (error instanceof DiskError) return "unreadable";
    throw error;
  }
}

/** Makes the mailbox's part of the index anew. @throws {DiskError} */
export async function rebuildIndex(mailbox: LiveMailbox): Promise<void> {
  await mailbox.change(async () => {
    await mailbox.rescan();
    await mailbox.index.reset(mailbox.numbers.uidValidity);
    await mailbox.index.note(mailbox.roster.entries.map(rowOf), []);
    await mailbox.index.flush(undefined);
    mailbox.findings.forget();
  });
}
