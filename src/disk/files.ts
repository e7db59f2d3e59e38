/**
 * The disk that is there: Deno's files.
 *
 * What may have to wait for the disk goes to another thread: `sync`, `syncDir`, `list`,
 * reading more than {@linkcode MUCH}, and making a file, which in ext4 waits for the journal while others sync (half a
 * millisecond a file was seen). All other calls end in the kernel's caches and take 2 to
 * 12 µs there; sent to another thread they would cost 35 to 120 µs each.
 *
 * @module
 */

import {
  type Disk,
  DiskError,
  type DiskFault,
  type DiskFile,
  type DiskStat,
} from "./disk.ts";

const FAULTS: ReadonlyMap<string, DiskFault> = new Map([
  ["ENOENT", "missing"],
  ["EEXIST", "exists"],
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EROFS", "read-only"],
  ["EACCES", "denied"],
  ["EPERM", "denied"],
]);

/** The real files, under the permissions that the process has. */
export function filesDisk(): Disk {
  return {
    open,
    read,
    rename,
    link,
    unlink,
    list,
    makeDir,
    removeDir,
    syncDir,
    stat,
  };
}

function open(
  path: string,
  how: "create" | "append" | "read",
): Promise<DiskFile> {
  return attempt(`open "${path}"`, async () => {
    const file = how === "create"
      ? await Deno.open(path, OPTIONS.create)
      : Deno.openSync(path, OPTIONS[how]);
    return diskFile(path, file);
  });
}

function read(path: string, most: number): Promise<Uint8Array> {
  return attempt(`read "${path}"`, () => {
    const file = Deno.openSync(path, OPTIONS.read);
    try {
      const octets = new Uint8Array(most);
      // A file that can be sought gives all that it has (POSIX read).
      return octets.subarray(0, file.readSync(octets) ?? 0);
    } finally {
      file.close();
    }
  });
}

/** Octets that take longer to read than another thread takes to begin. */
const MUCH = 1024 * 1024;

/** Appending, so that reads, which move the file's position, never move a write. */
const OPTIONS = {
  create: { read: true, append: true, createNew: true, mode: 0o600 },
  append: { read: true, append: true, create: true, mode: 0o600 },
  read: { read: true },
} satisfies Record<string, Deno.OpenOptions>;

function diskFile(path: string, file: Deno.FsFile): DiskFile {
  return {
    write: (bytes) => attempt(`write "${path}"`, () => writeAll(file, bytes)),
    readAt: (into, offset) =>
      attempt(`read "${path}"`, async () => {
        file.seekSync(offset, Deno.SeekMode.Start);
        return (into.length > MUCH
          ? await file.read(into)
          : file.readSync(into)) ?? 0;
      }),
    truncate: (size) =>
      attempt(`truncate "${path}"`, () => file.truncateSync(size)),
    // fdatasync also makes a changed length certain (POSIX "synchronized I/O data integrity").
    sync: () => attempt(`sync "${path}"`, () => file.syncData()),
    // A stat would make an object of all that is known of the file: three times the cost.
    size: () =>
      attempt(`stat "${path}"`, () => file.seekSync(0, Deno.SeekMode.End)),
    close: () => file.close(),
  };
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let done = file.writeSync(bytes);
  while (done < bytes.length) done += file.writeSync(bytes.subarray(done));
}

function rename(from: string, to: string): Promise<void> {
  return attempt(
    `rename "${from}" to "${to}"`,
    () => Deno.renameSync(from, to),
  );
}

function link(from: string, to: string): Promise<void> {
  return attempt(`link "${from}" to "${to}"`, () => Deno.linkSync(from, to));
}

function unlink(path: string): Promise<void> {
  return attempt(`remove "${path}"`, () => Deno.removeSync(path));
}

function list(path: string): Promise<string[]> {
  return attempt(`list "${path}"`, async () => {
    const names: string[] = [];
    try {
      for await (const entry of Deno.readDir(path)) names.push(entry.name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names;
  });
}

function makeDir(path: string): Promise<void> {
  return attempt(
    `make folder "${path}"`,
    () => Deno.mkdirSync(path, { recursive: true, mode: 0o700 }),
  );
}

function removeDir(path: string): Promise<void> {
  return attempt(`remove folder "${path}"`, () => Deno.removeSync(path));
}

function syncDir(path: string): Promise<void> {
  return attempt(`sync folder "${path}"`, async () => {
    const folder = Deno.openSync(path, { read: true });
    try {
      await folder.sync();
    } finally {
      folder.close();
    }
  });
}

function stat(path: string): Promise<DiskStat | undefined> {
  return attempt(`stat "${path}"`, () => {
    try {
      const { size, mtime, isDirectory } = Deno.statSync(path);
      return { size, modified: mtime?.getTime() ?? 0, isDirectory };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
}

/** Runs `work`; what it throws leaves as a DiskError that says what could not be done. */
async function attempt<T>(
  what: string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(what, error);
  }
}

function diskError(what: string, cause: unknown): DiskError {
  const { code, message } = cause as { code?: string; message?: string };
  const denied = cause instanceof Deno.errors.NotCapable;
  const fault = denied ? "denied" : FAULTS.get(code ?? "") ?? "io";
  return new DiskError(fault, `Cannot ${what}: ${message}`, { cause });
}
