// Any octets as an answer of the DNS make its reader return the same again, or nothing:
// it never throws, names and records stay within bounds, and following aliases comes to
// an end after a bounded number of queries.

import { assert, assertEquals } from "@std/assert";
import { latin1Decode } from "../../src/bytes/mod.ts";
import { follow } from "../../src/dns/follow.ts";
import {
  isAnswerTo,
  parseResponse,
  type QuestionType,
} from "../../src/dns/message.ts";
import {
  normalAddress,
  normalName,
  parseResolvConf,
  reverseName,
} from "../../src/dns/mod.ts";
import { readName } from "../../src/dns/name.ts";

export const invariant =
  "any octets as an answer of the DNS are read the same again or refused: nothing throws, grows beyond what came, or follows aliases without end";

const TYPES: readonly QuestionType[] = [
  ...["A", "AAAA", "MX", "TXT", "TLSA", "PTR"] as const,
];

/** RFC 1035 §3.2.1: a record has a name, ten octets more, and its data. */
const RECORD_MIN = 11;
/** 253 octets, each of which may become `\DDD`. */
const NAME_MAX = 4 * 253;

/** Throws when `bytes` break the invariant. */
export async function run(bytes: Uint8Array): Promise<void> {
  for (const type of TYPES) await checkResponse(bytes, type);
  checkName(bytes);
  checkTexts(latin1Decode(bytes));
}

async function checkResponse(
  bytes: Uint8Array,
  type: QuestionType,
): Promise<void> {
  const id = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
  isAnswerTo(bytes, id, { name: "example.test", type });
  const response = parseResponse(bytes, type);
  assertEquals(parseResponse(bytes, type), response);
  if (response === undefined) return;
  const { aliases, records } = response;
  assert((aliases.length + records.length) * RECORD_MIN <= bytes.length);
  for (const { owner, ttl } of [...aliases, ...records]) {
    assert(owner.length <= NAME_MAX && ttl >= 0 && ttl < 2 ** 31);
  }
  const names = new Set([...aliases, ...records].map(({ owner }) => owner));
  for (const name of [...names].slice(0, 3)) {
    let queries = 0;
    await follow({ name, type }, () => {
      assert(++queries <= 8);
      return Promise.resolve(response);
    });
  }
}

function checkName(bytes: Uint8Array): void {
  for (let offset = 0; offset <= bytes.length && offset < 64; offset++) {
    const found = readName(bytes, offset);
    if (found === undefined) continue;
    assert(found.end > offset && found.end <= bytes.length);
    assert(found.name.length <= NAME_MAX);
  }
}

function checkTexts(text: string): void {
  for (const { address } of parseResolvConf(text)) {
    assertEquals(normalAddress(address), address);
  }
  for (const word of text.split(/\s/, 8)) {
    const name = normalName(word);
    if (name !== undefined) assertEquals(normalName(name), name);
    const address = normalAddress(word);
    if (address !== undefined) {
      assertEquals(normalAddress(address), address);
      assertEquals(reverseName(address), reverseName(word));
    }
  }
}
