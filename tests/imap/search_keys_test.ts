import { assert, assertEquals, assertRejects } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import type { Message } from "../../src/imap/message.ts";
import { findMatches } from "../../src/imap/search/evaluate.ts";
import { parseSearch } from "../../src/imap/search/return_options.ts";
import { BadSyntax, no, Refusal } from "../../src/imap/status.ts";
import { scopeOf } from "./corpus.ts";
import { runSession, sampleMessage, scannerOf } from "./sample.ts";

const TEXTS = [
  'Date: Mon, 1 Jun 2026 23:30:00 -0800\r\nSubject: Re: =?iso-8859-1?q?caf=E9?=\r\nFrom: "Smith, J" <smith@example.test>\r\n\r\nHello\r\n',
  "Date: 2 Jun 2026 00:30:00 +1000\r\nSubject: lunch\r\nX-Empty:\r\n\r\nat the =?utf-8?q?caf=C3=A9?=\r\n",
  "Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\nSABpACAA5QAgAHQAaABlAHIAZQA=\r\n",
  "Date: not a date\r\nContent-Type: multipart/mixed\r\n\r\n--lost\r\n\r\nstill found\r\n",
  "Content-Transfer-Encoding: x-odd\r\n\r\nas it stands\r\n",
];

function mailbox(texts: readonly string[]) {
  const messages = new Map<number, Message & { reads: number }>();
  texts.forEach((text, i) => {
    const uid = (i + 1) * 10;
    const flags = i % 2 ? ["\\Seen"] : [];
    messages.set(uid, sampleMessage(latin1Encode(text), { uid, flags }));
  });
  return { messages, ...scopeOf(messages) };
}

async function search(query: string, texts = TEXTS): Promise<number[]> {
  const { scope } = mailbox(texts);
  // What follows a literal is an empty line.
  const { criterion } = await runSession(
    parseSearch(scannerOf(query, "\r\n")),
  );
  const found = await runSession(findMatches(scope, criterion));
  return found.map(({ sequence }) => sequence);
}

const FOUND: readonly [query: string, found: number[], claim: string][] = [
  [" SENTON 1-Jun-2026", [1], "the sender's day counts, whatever the zone"],
  [" SENTON 2-Jun-2026", [2], "the sender's day counts, whatever the zone"],
  [" SENTSINCE 1-Jan-1990", [1, 2], "no date is no day"],
  [" NOT SENTBEFORE 1-Jan-2090", [3, 4, 5], "no date is no day"],
  [
    ' SUBJECT "CAF\xc3\x89"',
    [1],
    "encoded words are decoded, case does not count",
  ],
  [' FROM "smith, j"', [1], "the field counts as it is written"],
  [" HEADER X-Empty {0}", [2], "an empty string asks for the field"],
  [' HEADER X-Empty ""', [2], "an empty string asks for the field"],
  [' HEADER X-None ""', [], "an empty string asks for the field"],
  [' BODY ""', [1, 2, 3, 4, 5], "an empty string is in every body"],
  [' TEXT ""', [1, 2, 3, 4, 5], "an empty string is in every message"],
  [' BODY "\xc3\xa5 THERE"', [3], "base64 and UTF-16 are undone"],
  [' BODY "caf\xc3\xa9"', [], "there are no encoded words in a body"],
  [" BODY found", [4], "a multipart without parts is read as text"],
  [
    ' BODY "as it stands"',
    [5],
    "a body in an unknown encoding is read as it is",
  ],
  [" BODY Subject", [], "fields are not in the body"],
  [" TEXT subject", [1, 2], "names of fields are text"],
  [" 2:*", [2, 3, 4, 5], "a set"],
  [" 99:*", [5], "a star is the last message"],
  [" UID 20,40", [2, 4], "UIDs"],
  [" UID 60:*", [5], "a star is the last UID"],
  [" 4:5 SEEN", [4], "all keys hold"],
  [" OR 1 OR 2 3", [1, 2, 3], "OR within OR"],
  [" OR (1) NOT 1:4", [1, 5], "NOT and groups within OR"],
  [" NOT NOT 3", [3], "NOT within NOT"],
  [" KEYWORD $None", [], "a keyword that nobody has"],
  [' MODSEQ "/flags/\\\\seen" all 7', [1, 2, 3, 4, 5], "an entry may be named"],
  [" MODSEQ 8", [], "a larger modification sequence"],
  [' CHARSET iso-8859-1 SUBJECT "caf\xe9"', [1], "other charsets are known"],
  [" charset us-ascii subject lunch", [2], "keys in any case"],
];

for (const [query, found, claim] of FOUND) {
  Deno.test(`SEARCH${query} finds [${found}]: ${claim}`, async () => {
    assertEquals(await search(query), found);
  });
}

Deno.test("SEARCH $ finds what was saved and is still there", async () => {
  const { scope } = mailbox(TEXTS);
  const saved = new Set([40, 20, 999]);
  for (const query of [" $", " UID $", " NOT NOT $"]) {
    const { criterion } = await runSession(parseSearch(scannerOf(query)));
    const found = await runSession(
      findMatches(
        { ...scope, context: { ...scope.context, saved } },
        criterion,
      ),
    );
    assertEquals(found.map(({ meta }) => meta.uid), [20, 40], query);
  }
});

for (
  const query of [
    "",
    " ",
    " FOO",
    " SEEN ",
    " SEEN  DELETED",
    " NOT",
    " OR SEEN",
    " OR SEEN ",
    " ()",
    " (SEEN",
    " SEEN)",
    " SINCE 31-Foo-2020",
    " SINCE 31-Feb-2020",
    " SINCE",
    " LARGER x",
    " YOUNGER 0",
    " UID",
    " UID 0",
    " KEYWORD \\Seen",
    ' MODSEQ "/flags/x" none 5',
    " CHARSET",
    " RETURN SEEN",
    " RETURN (FOO) SEEN",
    " RETURN (MIN",
    " RETURN (PARTIAL) SEEN",
    " RETURN (PARTIAL 0:1) SEEN",
    " RETURN (PARTIAL 1:-1) SEEN",
    " RETURN (PARTIAL 1:2 ALL) SEEN",
  ]
) {
  Deno.test(`SEARCH${query} is not in the grammar`, async () => {
    await assertRejects(() => search(query), BadSyntax);
  });
}

Deno.test("SEARCH in a charset that nobody knows is refused with those that are", async () => {
  const error = await assertRejects(
    () => search(" CHARSET x-odd SEEN"),
    Refusal,
  );
  assertEquals(error.status, {
    status: "NO",
    code: "BADCHARSET (US-ASCII UTF-8)",
    text: "The charset is not known",
  });
});

Deno.test("searches that nest too deep are refused; long alternatives do not nest", async () => {
  const deep = await assertRejects(
    () => search(` ${"NOT ".repeat(10_000)}SEEN`),
    Refusal,
  );
  assertEquals(deep.status.code, "LIMIT");
  assertEquals(await search(` ${"OR SUBJECT x ".repeat(2000)}SEEN`), [2, 4]);
  await assertRejects(
    () => search(` ${"(".repeat(60)}SEEN${")".repeat(60)}`),
    Refusal,
  );
});

Deno.test("what costs little is tried first, wherever it stands", async () => {
  for (
    const query of [
      " BODY hello DELETED",
      " TEXT hello SUBJECT nowhere",
      " OR BODY hello ALL",
      " NOT OR BODY hello ALL",
      " (BODY hello (BODY there UID 999))",
    ]
  ) {
    const { scope, messages } = mailbox(TEXTS);
    const { criterion } = await runSession(parseSearch(scannerOf(query)));
    await runSession(findMatches(scope, criterion));
    const reads = [...messages.values()].map((message) => message.reads);
    assertEquals(reads, [0, 0, 0, 0, 0], query);
  }
});

Deno.test("a set narrows the search to its own messages", async () => {
  const { scope } = mailbox(TEXTS);
  const { criterion } = await runSession(
    parseSearch(scannerOf(" BODY found 4")),
  );
  let opened = 0;
  const counted = {
    ...scope,
    open: (numbered: Parameters<typeof scope.open>[0]) => {
      opened++;
      return scope.open(numbered);
    },
  };
  assertEquals((await runSession(findMatches(counted, criterion))).length, 1);
  assertEquals(opened, 1);
});

Deno.test("a message that is gone matches nothing and ends no search", async () => {
  const { scope } = mailbox(TEXTS);
  const { criterion } = await runSession(
    parseSearch(scannerOf(" NOT SUBJECT nowhere")),
  );
  const found = await runSession(findMatches({
    ...scope,
    open: (numbered) => ({
      ...scope.open(numbered),
      // deno-lint-ignore require-yield -- it may throw, nothing else
      *header() {
        if (numbered.sequence === 2) {
          throw new Refusal(no("gone", "EXPUNGEISSUED"));
        }
        return latin1Encode("Subject: x\r\n\r\n");
      },
    }),
  }, criterion));
  assertEquals(found.map(({ sequence }) => sequence), [1, 3, 4, 5]);
});

Deno.test("a long search lets others have their turn", async () => {
  const many = Array.from({ length: 200 }, () => "\r\nbody\r\n");
  for (
    const [query, least, most] of [[" BODY body", 9, 20], [
      " ALL",
      0,
      0,
    ]] as const
  ) {
    const { scope, pauses } = mailbox(many);
    const { criterion } = await runSession(parseSearch(scannerOf(query)));
    const found = await runSession(findMatches(scope, criterion));
    assertEquals(found.length, 200);
    assert(pauses() >= least && pauses() <= most, `${query}: ${pauses()}`);
  }
});
