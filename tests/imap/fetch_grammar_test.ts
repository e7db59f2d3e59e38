// Whatever the message, FETCH answers in the grammar: read back by a parser that
// shares nothing with what wrote it.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { randomFrom } from "./corpus.ts";
import { readFetchResponses, Ungrammatical } from "./response_grammar.ts";
import { fetchText, sampleMessage } from "./sample.ts";

const ITEMS = [
  "FLAGS UID INTERNALDATE RFC822.SIZE MODSEQ EMAILID THREADID SAVEDATE PREVIEW",
  "ENVELOPE BODY BODYSTRUCTURE RFC822 RFC822.HEADER RFC822.TEXT",
  "BODY.PEEK[] BODY.PEEK[1] BODY.PEEK[1.MIME] BODY.PEEK[2.1]<0.7> BODY.PEEK[1.HEADER]",
  'BODY.PEEK[HEADER.FIELDS (Subject "To" "x y" "]")] BODY.PEEK[2.HEADER.FIELDS.NOT (From)]<1.9>',
  "BODY.PEEK[HEADER]<3.50> BODY.PEEK[TEXT]<2.3> BINARY.PEEK[1] BINARY.PEEK[2]<1.4>",
  "BINARY.PEEK[] BINARY.SIZE[] BINARY.SIZE[1] BINARY.SIZE[9.9]",
].join(" ");
/** How many those are, and how many of them may be refused (UNKNOWN-CTE). */
const COUNT = 30;
const REFUSABLE = 3;

async function check(bytes: Uint8Array, name: string): Promise<void> {
  for (const utf8 of [false, true]) {
    const message = sampleMessage(bytes, { flags: ["\\Seen", "$Junk"] });
    const { text, refusal } = await fetchText(message, `(${ITEMS})`, {
      utf8,
      rev2: utf8,
    });
    const responses = readFetchResponses(text, { utf8 });
    assertEquals(responses.length, 1, name);
    const { size } = responses[0]!.items;
    assert(size >= COUNT - (refusal ? REFUSABLE : 0), `${name}: ${size} items`);
    if (refusal) assertEquals(refusal.status.code, "UNKNOWN-CTE");
  }
}

function filesOf(folder: string): [string, Uint8Array][] {
  const url = new URL(folder, import.meta.url);
  return [...Deno.readDirSync(url)].filter(({ name }) => !/\.json$/.test(name))
    .map(({ name }) => [name, Deno.readFileSync(new URL(name, url))]);
}

for (
  const folder of [
    "../fixtures/imap/",
    "../fixtures/mime/",
    "../fuzz/corpus/mail/",
  ]
) {
  Deno.test(`FETCH is grammatical for every message of ${folder}`, async () => {
    const files = filesOf(folder);
    assert(files.length > 5);
    for (const [name, bytes] of files) await check(bytes, name);
  });
}

Deno.test("FETCH is grammatical for messages with octets changed, moved and repeated at random", async () => {
  const random = randomFrom(3);
  const seeds = [
    ...filesOf("../fixtures/imap/"),
    ...filesOf("../fixtures/mime/"),
  ];
  const odd = [0, 10, 13, 34, 40, 41, 58, 59, 60, 61, 64, 92, 123, 128, 255];
  for (let round = 0; round < 300; round++) {
    const [name, seed] = seeds[random(seeds.length)]!;
    const bytes = [...seed];
    for (let change = random(8); change >= 0; change--) {
      const at = random(bytes.length + 1);
      const piece = bytes.slice(random(bytes.length), random(bytes.length));
      if (random(3) === 0) bytes.splice(at, 0, ...piece);
      else bytes.splice(at, random(3), odd[random(odd.length)]!);
    }
    await check(Uint8Array.from(bytes), `${name}, round ${round}`);
  }
});

Deno.test("FETCH is grammatical for 10,000 parts and for parts in parts in parts", async () => {
  const many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
    "--b\r\n\r\nx\r\n".repeat(10_100);
  const deep = Array.from(
    { length: 80 },
    (_, i) =>
      i % 2
        ? "Content-Type: message/rfc822\r\n\r\n"
        : `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  ).join("");
  for (const text of [many, deep]) {
    const message = sampleMessage(latin1Encode(text), {}, { piece: 65536 });
    const answer = await fetchText(message, "(BODY BODYSTRUCTURE)");
    const [response] = readFetchResponses(answer.text, { utf8: false });
    assertEquals([...response!.items.keys()], ["BODY", "BODYSTRUCTURE"]);
  }
});

Deno.test("the parser of these tests refuses what is not in the grammar", () => {
  const wrong = [
    "* 1 FETCH ()\r\n",
    "* 1 FETCH (UID 1 )\r\n",
    "* 1 FETCH (UID 1)\n",
    '* 1 FETCH (BODY[] "a\nb")\r\n',
    "* 1 FETCH (BODY[] {3}\r\nab)\r\n",
    '* 1 FETCH (BODY[] "\xe4")\r\n',
    "* 1 FETCH (BODY[] {1}\r\n\0)\r\n",
    '* 1 FETCH (BODY ("text" "plain" NIL NIL NIL "7bit" 1))\r\n',
    '* 1 FETCH (BODY ("mixed"))\r\n',
    "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n",
    "* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))\r\n",
  ];
  for (const text of wrong) {
    assertThrows(
      () => readFetchResponses(text, { utf8: false }),
      Ungrammatical,
      "expected",
      text,
    );
  }
});
