/** Finds the scripts below tests/transcripts. */

import { parseTranscript, type Transcript } from "./transcript.ts";

const ROOT = new URL("../transcripts/", import.meta.url);
const FIXTURES = new URL("../fixtures/", import.meta.url);

/** All scripts, by path. Those that `isSocketable` may be played against a real server, too. */
export async function listTranscripts(): Promise<Transcript[]> {
  const paths = await scriptsBelow("");
  return await Promise.all(
    paths.sort().map(async (path) =>
      parseTranscript(path, await Deno.readTextFile(new URL(path, ROOT)))
    ),
  );
}

/** A file of tests/fixtures. */
export function readFixture(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(name, FIXTURES));
}

async function scriptsBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder || ".", ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory) found.push(...await scriptsBelow(`${path}/`));
    else if (path.endsWith(".txt")) found.push(path);
  }
  return found;
}
