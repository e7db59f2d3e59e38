/**
 * One server a data folder: a second one would deliver the same spool once more.
 *
 * By an advisory lock (flock), which the system lets go of when the process ends, in
 * whatever way; a file with a process id would have to be judged after a crash. The
 * command line takes no part: accounts and mailboxes may be worked on meanwhile.
 *
 * @module
 */

/**
 * Takes the folder, which exists; the function that is returned lets go of it.
 *
 * @throws {Error} When another process has it.
 */
export async function lockData(folder: string): Promise<() => void> {
  const file = await Deno.open(`${folder}/lock`, {
    write: true,
    create: true,
    mode: 0o600,
  });
  if (await file.tryLock(true)) return () => file.close();
  file.close();
  throw new Error(
    `Cannot use the data folder "${folder}": another server runs on it`,
  );
}
