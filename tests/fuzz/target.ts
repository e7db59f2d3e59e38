/** What a fuzz target offers, and where its corpus lies. */

/** A module `tests/fuzz/<name>.ts`. */
export interface FuzzTarget {
  /** What holds for any octets, in one sentence. */
  readonly invariant: string;
  /** Feeds `bytes` whole; throws when the invariant breaks. */
  run(bytes: Uint8Array): void | Promise<void>;
  /** The same with one octet a chunk, where chunks make a difference. */
  runBytewise?(bytes: Uint8Array): void | Promise<void>;
}

export const TARGETS = [
  "smtp",
  "smtp_client",
  "pop3",
  "imap",
  "mail",
  "dns",
] as const;
export type TargetName = typeof TARGETS[number];

const FOLDER = new URL("./", import.meta.url);

export async function loadTarget(name: TargetName): Promise<FuzzTarget> {
  return await import(new URL(`${name}.ts`, FOLDER).href) as FuzzTarget;
}

/** The folder of one target's corpus. */
export function corpusFolder(name: TargetName): URL {
  return new URL(`corpus/${name}/`, FOLDER);
}

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All files of a target's corpus, by name; none without the folder. */
export async function readCorpus(name: TargetName): Promise<CorpusFile[]> {
  const folder = corpusFolder(name);
  const files: CorpusFile[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile) continue;
      files.push({ name, bytes: await Deno.readFile(new URL(name, folder)) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Runs one input in every way that the target offers. */
export async function runEveryWay(
  target: FuzzTarget,
  bytes: Uint8Array,
): Promise<void> {
  await target.run(bytes);
  await target.runBytewise?.(bytes);
}
