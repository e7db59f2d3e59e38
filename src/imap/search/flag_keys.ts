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
  ...FLAGS.flatMap((name) => [
    flagKey(name.toUpperCase(), `\\${name}`, true),
    flagKey(`UN${name.toUpperCase()}`, `\\${name}`, false),
  ]),
  keywordKey("KEYWORD", true),
  keywordKey("UNKEYWORD", false),
  simpleKey("ALL", () => true),
  simpleKey("RECENT", (message) => message.recent),
  simpleKey("OLD", (message) => !message.recent),
  {
    name: "NEW",
    parse: () => {
      const isUnseen = flagTest("\\Seen", false);
      return known((message) => message.recent && isUnseen(message));
    },
  },
];

/** A key without arguments that looks at nothing but metadata. */
export function simpleKey(
  name: string,
  matches: (message: Known) => boolean,
): SearchKey {
  return { name, parse: () => known(matches) };
}

function flagKey(name: string, flag: string, wanted: boolean): SearchKey {
  return { name, parse: () => known(flagTest(flag, wanted)) };
}

function keywordKey(name: string, wanted: boolean): SearchKey {
  return {
    name,
    parse: (scanner) => {
      scanner.space();
      return known(flagTest(scanner.atom(), wanted));
    },
  };
}

/** Messages with equal flags mostly share one list, which is looked through once where they follow each other. */
function flagTest(flag: string, wanted: boolean): (known: Known) => boolean {
  let last: readonly string[] | undefined;
  let answer = false;
  return ({ meta: { flags } }) => {
    if (flags !== last) {
      last = flags;
      answer = hasFlag(flags, flag) === wanted;
    }
    return answer;
  };
}

/** RFC 9051 §2.3.2: flags and keywords do not depend on case. */
function hasFlag(flags: readonly string[], flag: string): boolean {
  if (flags.includes(flag)) return true;
  // Most messages have no flag that is as long: nothing is folded for them.
  for (const other of flags) {
    if (
      other.length === flag.length && asciiLower(other) === asciiLower(flag)
    ) return true;
  }
  return false;
}
