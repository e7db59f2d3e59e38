/**
 * The items of FETCH, and how a list of them is read (RFC 9051 §6.4.5, §9 fetch).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { FetchAttribute, FetchItem } from "../rows.ts";
import { run } from "../run_row.ts";
import type { Scanner } from "../scanner.ts";
import { BadSyntax } from "../status.ts";
import { binary, binaryPeek, binarySize } from "./binary.ts";
import {
  body,
  bodyPeek,
  rfc822,
  rfc822Header,
  rfc822Peek,
  rfc822Text,
} from "./body_section.ts";
import { bodyStructure } from "./body_structure.ts";
import { envelope } from "./envelope.ts";
import {
  emailId,
  flags,
  internalDate,
  modseq,
  saveDate,
  size,
  threadId,
  uid,
} from "./meta_items.ts";
import { preview } from "./preview.ts";

/** By name. */
export const fetchItems: readonly FetchItem[] = [
  binary,
  binaryPeek,
  binarySize,
  body,
  bodyPeek,
  bodyStructure,
  emailId,
  envelope,
  flags,
  internalDate,
  modseq,
  preview,
  rfc822,
  rfc822Header,
  rfc822Peek,
  size,
  rfc822Text,
  saveDate,
  threadId,
  uid,
];

/** Names that stand for several items (RFC 9051 §6.4.5). */
const MACROS: ReadonlyMap<string, readonly FetchItem[]> = new Map([
  ["FAST", [flags, internalDate, size]],
  ["ALL", [flags, internalDate, size, envelope]],
  ["FULL", [flags, internalDate, size, envelope, body]],
]);

const BY_NAME = new Map(fetchItems.map((item) => [item.name, item]));

/** Items of one FETCH: more are refused. */
const ITEMS_MAX = 1000;

/** Reads a macro, an item, or items in parentheses. */
export function* parseFetchAttributes(
  scanner: Scanner,
): Session<readonly FetchAttribute[]> {
  if (scanner.peek() === "(") {
    let count = 0;
    return yield* scanner.sessionList(function* () {
      if (++count > ITEMS_MAX) throw new BadSyntax("too many items");
      return yield* parseItem(scanner, scanner.word("an item"));
    });
  }
  const name = scanner.word("an item");
  const macro = MACROS.get(name);
  if (macro === undefined) return [yield* parseItem(scanner, name)];
  const attributes: FetchAttribute[] = [];
  for (const item of macro) attributes.push(yield* run(item.parse(scanner)));
  return attributes;
}

function* parseItem(scanner: Scanner, name: string): Session<FetchAttribute> {
  const item = BY_NAME.get(name);
  if (item === undefined) throw new BadSyntax(`there is no item "${name}"`);
  return yield* run(item.parse(scanner));
}
