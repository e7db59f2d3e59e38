/** The texts of the `*.conf` files of a folder, in the order of their names. */

import { join } from "node:path";
import { type Problem, problemAt, type Source } from "./place.ts";

/**
 * Reads all `*.conf` files of `folder`, not of folders in it.
 *
 * A link counts as what it leads to. Never rejects: what cannot be read is a problem.
 */
export async function readSources(
  folder: string,
): Promise<{ files: Source[]; problems: Problem[] }> {
  const names = await listConfigurationFiles(folder);
  if (!Array.isArray(names)) return { files: [], problems: [names] };
  const files: Source[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    const file = await readSource(join(folder, name));
    if ("text" in file) files.push(file);
    else problems.push(file);
  }
  return { files, problems };
}

async function listConfigurationFiles(
  folder: string,
): Promise<string[] | Problem> {
  try {
    const names: string[] = [];
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.endsWith(".conf") && !entry.name.startsWith(".")) {
        names.push(entry.name);
      }
    }
    if (names.length > 0) return names.sort();
    return problemAt(
      folder,
      'the folder has no file that ends in ".conf"; one such as "denomaild.conf" was meant',
    );
  } catch (error) {
    return problemAt(folder, `Cannot read the folder: ${reasonOf(error)}`);
  }
}

async function readSource(path: string): Promise<Source | Problem> {
  try {
    const octets = await Deno.readFile(path);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
    const source = { name: path, text };
    const offset = firstForeign(octets, text);
    return offset === undefined ? source : problemAt(
      { source, offset },
      "the text is not UTF-8 from here on; a file saved as UTF-8 was meant",
    );
  } catch (error) {
    return problemAt(path, `Cannot read the file: ${reasonOf(error)}`);
  }
}

/** Where `text`, decoded from `octets`, is no longer what they hold. */
function firstForeign(octets: Uint8Array, text: string): number | undefined {
  const again = new TextEncoder().encode(text);
  const at = again.findIndex((octet, index) => octet !== octets[index]);
  if (at < 0) return undefined;
  // Inside of the replacement character (U+FFFD), three octets that begin like others.
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(again.subarray(0, at)).replace(/\ufffd$/, "").length;
}

/** Why a file or folder cannot be read, in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it does not exist";
  if (error instanceof Deno.errors.NotADirectory) return "it is no folder";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotCapable) {
    return "the program was started without the right to read it";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
