/**
 * Search keys about flags (RFC 9051 §6.4.4; NEW, OLD and RECENT are RFC 3501's).
 *
 * @module
 */

import { asciiLower } from "../../bytes/mod.ts";
import type { Message } from "../message.ts";
import type { SearchKey } from "../rows.ts";

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
  matches: (message: Message) => boolean,
): SearchKey {
  return { name, parse: () => ({ needs: "meta", matches }) };
}

function keywordKey(name: string, wanted: boolean): SearchKey {
  return {
    name,
    parse: (scanner) => {
      scanner.space();
      const flag = scanner.atom();
      return {
        needs: "meta",
        matches: (message) => hasFlag(message, flag) === wanted,
      };
    },
  };
}

/** RFC 9051 §2.3.2: flags and keywords do not depend on case. */
function hasFlag({ meta }: Message, flag: string): boolean {
  if (meta.flags.includes(flag)) return true;
  const lower = asciiLower(flag);
  return meta.flags.some((other) => asciiLower(other) === lower);
}
