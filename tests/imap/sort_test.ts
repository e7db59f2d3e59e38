import { assertEquals, assertThrows } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import type { Message } from "../../src/imap/message.ts";
import { parseCriteria } from "../../src/imap/search/search_keys.ts";
import { parseSortKeys, sortMatches } from "../../src/imap/search/sort.ts";
import { sortSliced } from "../../src/imap/search/sort_sliced.ts";
import { BadSyntax } from "../../src/imap/status.ts";
import { randomFrom, scopeOf } from "./corpus.ts";
import { runSession, sampleMessage, scannerOf } from "./sample.ts";

const DAY = 86_400_000;
const MESSAGES: readonly [fields: string, size: number, internalDay: number][] =
  [
    [
      "Date: Tue, 2 Jan 2024 00:30:00 +0200\r\nSubject: Re: beta\r\nFrom: Zoe <b@example.test>\r\nTo: =?utf-8?q?=C3=84nne?= <x@example.test>",
      30,
      19_900,
    ],
    [
      "Date: Mon, 1 Jan 2024 23:00:00 +0000\r\nSubject: alpha\r\nFrom: A@example.test\r\nCc: one@example.test",
      10,
      19_800,
    ],
    [
      "Subject: [list] Beta\r\nFrom: Group: g@example.test;\r\nTo: z@example.test",
      20,
      19_723,
    ],
    ['From: "c" <c@example.test>\r\nTo: Anna <y@example.test>', 20, 19_700],
  ];

function mailbox() {
  const messages = new Map<number, Message>();
  MESSAGES.forEach(([fields, size, day], i) => {
    const uid = i + 1;
    const meta = { uid, size, internalDate: day * DAY };
    messages.set(uid, sampleMessage(latin1Encode(`${fields}\r\n\r\n`), meta));
  });
  return scopeOf(messages);
}

async function sort(keys: string, query = "ALL"): Promise<number[]> {
  const { scope } = mailbox();
  const criterion = await runSession(
    parseCriteria(scannerOf(query), { charset: "UTF-8" }),
  );
  const sortKeys = parseSortKeys(scannerOf(keys));
  const found = await runSession(sortMatches(scope, criterion, sortKeys));
  return found.map(({ sequence }) => sequence);
}

const SORTED: readonly [keys: string, order: number[], claim: string][] = [
  ["(ARRIVAL)", [4, 3, 2, 1], "by INTERNALDATE"],
  ["(SIZE)", [2, 3, 4, 1], "equal ones by their numbers"],
  [
    "(REVERSE SIZE)",
    [1, 3, 4, 2],
    "equal ones by their numbers, REVERSE or not",
  ],
  [
    "(SIZE REVERSE ARRIVAL)",
    [2, 3, 4, 1],
    "the second key tells equal ones apart",
  ],
  ["(DATE)", [4, 3, 1, 2], "in UTC; without a date, by INTERNALDATE"],
  ["(SUBJECT)", [4, 2, 1, 3], "by base subject, nothing first"],
  ["(FROM)", [2, 1, 4, 3], "by mailbox, without case; a group by its name"],
  ["(TO)", [2, 1, 4, 3], "by mailbox, nobody first"],
  ["(CC)", [1, 3, 4, 2], "by mailbox, nobody first"],
  ["(DISPLAYFROM)", [2, 4, 3, 1], "by name, or by address"],
  ["(DISPLAYTO)", [2, 4, 1, 3], "by decoded name, or by address"],
  ["(REVERSE DATE SUBJECT)", [2, 1, 3, 4], "REVERSE is for one key"],
];

for (const [keys, order, claim] of SORTED) {
  Deno.test(`SORT ${keys} gives [${order}]: ${claim} (RFC 5256 §3, RFC 5957 §3)`, async () => {
    assertEquals(await sort(keys), order);
  });
}

Deno.test("SORT tells only what matches", async () => {
  assertEquals(await sort("(SIZE)", "NOT 3"), [2, 4, 1]);
});

for (
  const keys of [
    "()",
    "(FOO)",
    "(REVERSE)",
    "(REVERSE REVERSE DATE)",
    "DATE",
    "(DATE",
  ]
) {
  Deno.test(`SORT ${keys} is not in the grammar`, () => {
    assertThrows(() => parseSortKeys(scannerOf(keys)), BadSyntax);
  });
}

Deno.test("sortSliced() sorts as sort() does, and lets others have their turn", async () => {
  const random = randomFrom(2);
  for (const size of [0, 1, 4096, 4097, 30_000]) {
    const rows = Array.from(
      { length: size },
      (_, i) => ({ key: random(500), i }),
    );
    let pauses = 0;
    const sorted = await runSession(
      // deno-lint-ignore require-yield -- nothing to wait for
      sortSliced(rows, (a, b) => a.key - b.key, function* () {
        pauses++;
      }),
    );
    assertEquals(sorted, [...rows].sort((a, b) => a.key - b.key));
    assertEquals(pauses >= Math.ceil(size / 4096) - 1, true);
  }
});
