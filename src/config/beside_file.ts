/** Paths that a configuration file names. */

import { dirname, isAbsolute, join } from "node:path";
import type { Place } from "./place.ts";

/** gomaild's relative paths depended on where it was started; ours start where they are written. */
export function besideFile(path: string, place: Place | undefined): string {
  if (isAbsolute(path) || place === undefined) return path;
  return join(dirname(place.source.name), path);
}
