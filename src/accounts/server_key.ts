/** The file with the server's own secret: 32 random octets, made when first needed. */

import { randomBytes } from "node:crypto";

const OCTETS = 32;

/**
 * Reads the key in `path`, or makes it there (0600).
 *
 * @throws {Error} When the file cannot be read or made, or holds something else.
 */
export function loadServerKey(path: string): Uint8Array {
  try {
    return readKey(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  makeKey(path);
  return readKey(path);
}

function readKey(path: string): Uint8Array {
  const key = Deno.readFileSync(path);
  if (key.length === OCTETS) return key;
  throw new Error(
    `Cannot use "${path}": it has ${key.length} octets, not ${OCTETS}`,
  );
}

/** Gives the file its name only when it is whole, so that no other process reads half a key. */
function makeKey(path: string): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = Deno.openSync(draft, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  try {
    file.writeSync(randomBytes(OCTETS));
    file.syncSync();
    Deno.linkSync(draft, path);
  } catch (error) {
    // Another process was faster; its key is as good.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    file.close();
    Deno.removeSync(draft);
  }
}
