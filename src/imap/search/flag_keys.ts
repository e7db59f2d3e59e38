/**
 * Search keys about flags (RFC 9051 §6.4.4; NEW, OLD and RECENT are RFC 3501's).
 *
 * @module
 */

import { asciiLower } from "../../bytes/mod.ts";
import type { Known, SearchKey } from "../rows.ts";
import { known } from "./criteria.ts";

const FLAGS = ["Answered", "Deleted", "Draft", "Flagged", "Seen"];

/** ANSWERED, UNANSWERED and so on. */
export const flagKeys: readonly SearchKey[] = [
  ...FLAGS.flatMap((name) => {
    const flag = `\\${name}`;
    return [
      simpleKey(name.toUpperCase(), (message) => hasFlag(message, flag)),
      simpleKey(`UN${name.toUpperCase()}`, (m) => !hasFlag(m, flag)),
    ];
  }),
  keywordKey("KEYWORD", true),
  keywordKey("UNKEYWORD", false),
  simpleKey("ALL", () => true),
  simpleKey("RECENT", (message) => message.recent),
  simpleKey("OLD", (message) => !message.recent),
  simpleKey(
    "NEW",
    (message) => message.recent && !hasFlag(message, "\\Seen"),
  ),
];

/** A key without arguments that looks at nothing but metadata. */
export function simpleKey(
  name: string,
  matches: (message: Known) => boolean,
): SearchKey {
  return { name, parse: () => known(matches) };
}

function keywordKey(name: string, wanted: boolean): SearchKey {
  return {
    name,
    parse: (scanner) => {
      scanner.space();
      const flag = scanner.atom();
      return known((message) => hasFlag(message, flag) === wanted);
    },
  };
}

/** RFC 9051 §2.3.2: flags and keywords do not depend on case. */
function hasFlag({ meta: { flags } }: Known, flag: string): boolean {
  if (flags.includes(flag)) return true;
  // Most messages have no flag that is as long: nothing is folded for them.
  for (const other of flags) {
    if (
      other.length === flag.length && asciiLower(other) === asciiLower(flag)
    ) return true;
  }
  return false;
}
