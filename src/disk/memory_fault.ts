/** The errors of the memory disk. */

import { DiskError } from "./disk.ts";

/** What went wrong, and with what. */
export function fault(
  kind: DiskError["fault"],
  what: string,
  path: string,
): DiskError {
  return new DiskError(kind, `Cannot ${what} "${path}": ${kind}`);
}
