import { assert, assertEquals, assertRejects } from "@std/assert";
import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import { parseFetchAttributes } from "../../src/imap/fetch/fetch_items.ts";
import { ResponseCutShort } from "../../src/imap/fault.ts";
import { BadSyntax, no, Refusal } from "../../src/imap/status.ts";
import { Wire } from "../../src/wire/mod.ts";
import { Output } from "../../src/imap/output.ts";
import { run } from "../../src/imap/run_row.ts";
import { writeFetch } from "../../src/imap/fetch/write_fetch.ts";
import {
  context,
  fetchText,
  runSession,
  sampleMessage,
  scannerOf,
} from "./sample.ts";

const message = sampleMessage(
  latin1Encode("Subject: s\r\n\r\nhello\r\n"),
  { uid: 17, flags: ["\\Seen", "$Work"] },
  { sequence: 3, recent: true },
);

const WRITTEN: readonly [items: string, response: string][] = [
  [
    "FAST",
    'FLAGS (\\Seen $Work \\Recent) INTERNALDATE " 2-Jan-2026 03:04:05 +0000" RFC822.SIZE 21',
  ],
  ["(UID MODSEQ)", "UID 17 MODSEQ (7)"],
  [
    "(EMAILID THREADID SAVEDATE)",
    'EMAILID (E1) THREADID (TE1) SAVEDATE " 3-Jan-2026 00:00:00 +0000"',
  ],
  ["body[text]", "BODY[TEXT] {7}\r\nhello\r\n"],
  ["BODY.PEEK[]<4.6>", "BODY[]<4> {6}\r\nect: s"],
  ["BODY[]<21.1>", "BODY[]<21> {0}\r\n"],
  ["BODY[]<999999999999.5>", "BODY[]<999999999999> {0}\r\n"],
  ["RFC822.HEADER", "RFC822.HEADER {14}\r\nSubject: s\r\n\r\n"],
  ["RFC822.TEXT", "RFC822.TEXT {7}\r\nhello\r\n"],
  ["RFC822", "RFC822 {21}\r\nSubject: s\r\n\r\nhello\r\n"],
  [
    "BODY[HEADER.FIELDS (subject x-none)]",
    "BODY[HEADER.FIELDS (subject x-none)] {14}\r\nSubject: s\r\n\r\n",
  ],
  ["BODY[HEADER.FIELDS (x-none)]", "BODY[HEADER.FIELDS (x-none)] {2}\r\n\r\n"],
  ['BODY[HEADER.FIELDS ("a b")]', 'BODY[HEADER.FIELDS ("a b")] {2}\r\n\r\n'],
  ["BINARY[1]<1.3>", "BINARY[1]<1> {3}\r\nell"],
  ["BINARY[2]", "BINARY[2] NIL"],
  ["PREVIEW", 'PREVIEW "hello"'],
  ["PREVIEW (LAZY)", 'PREVIEW "hello"'],
];

for (const [items, expected] of WRITTEN) {
  Deno.test(`FETCH ${items} answers ${JSON.stringify(expected)}`, async () => {
    const { text } = await fetchText(message, items);
    assertEquals(text, `* 3 FETCH (${expected})\r\n`);
  });
}

Deno.test("FLAGS leaves \\Recent out for clients of IMAP4rev2", async () => {
  const { text } = await fetchText(message, "FLAGS", { rev2: true });
  assertEquals(text, "* 3 FETCH (FLAGS (\\Seen $Work))\r\n");
});

for (
  const items of [
    "",
    "FOO",
    "()",
    "(UID FAST)",
    "(UID  FLAGS)",
    "BODY[1.]",
    "BODY[0]",
    "BODY[MIME]",
    "BODY[1.FOO]",
    "BODY[HEADER.FIELDS]",
    "BODY[HEADER.FIELDS ()]",
    "BODY[HEADER (a)]",
    "BODY[]<0>",
    "BODY[]<0.0>",
    "BODY[]<-1.5>",
    "BODY.PEEK",
    "BINARY[TEXT]",
    "BINARY",
    "BINARY.SIZE[1]<0.1>",
    "RFC822[]",
    "ENVELOPE (LAZY)",
  ]
) {
  Deno.test(`FETCH ${JSON.stringify(items)} is not in the grammar`, async () => {
    await assertRejects(() => fetchText(message, items), BadSyntax);
  });
}

Deno.test("items that read a message aloud set \\Seen, those that peek do not", async () => {
  const items =
    "(BODY[] BODY.PEEK[] BODY RFC822 RFC822.HEADER RFC822.TEXT BINARY[1] BINARY.PEEK[1] BINARY.SIZE[1] PREVIEW)";
  const attributes = await runSession(parseFetchAttributes(scannerOf(items)));
  assertEquals(
    attributes.filter(({ setsSeen }) => setsSeen).map(({ name }) => name),
    ["BODY", "RFC822", "RFC822.TEXT", "BINARY"],
  );
});

Deno.test("what needs metadata alone opens no message", async () => {
  const unread = sampleMessage(latin1Encode("\r\n"));
  await fetchText(
    unread,
    "(FLAGS UID INTERNALDATE RFC822.SIZE MODSEQ EMAILID)",
  );
  assertEquals(unread.reads, 0);
});

Deno.test("an encoding that nobody knows is refused with UNKNOWN-CTE, and the rest is told", async () => {
  const odd = sampleMessage(
    latin1Encode("Content-Transfer-Encoding: x-odd\r\n\r\nbody"),
  );
  const { text, refusal } = await fetchText(
    odd,
    "(BINARY[1] UID BINARY.SIZE[1])",
  );
  assertEquals(text, "* 1 FETCH (UID 1)\r\n");
  assertEquals(refusal?.status.code, "UNKNOWN-CTE");
});

Deno.test("of a message that is gone nothing is told", async () => {
  const gone = {
    ...message,
    // deno-lint-ignore require-yield -- it throws at once
    *octets(): Generator<never, never> {
      throw new Refusal(no("gone", "EXPUNGEISSUED"));
    },
  };
  const { text, refusal } = await fetchText(gone, "BODY[]");
  assertEquals(text, "");
  assertEquals(refusal?.status.code, "EXPUNGEISSUED");
});

Deno.test("a large body leaves in pieces: what waits for the client stays small", async () => {
  const body = new Uint8Array(3_000_000).fill(0x61);
  const large = sampleMessage(body, {}, { piece: 65536 });
  const wire = new Wire();
  const out = new Output(wire, () => false);
  const attributes = await runSession(
    parseFetchAttributes(scannerOf("BODY.PEEK[]")),
  );
  let largest = 0;
  let total = 0;
  const take = () => {
    const size = wire.takeOutput()?.length ?? 0;
    largest = Math.max(largest, size);
    total += size;
  };
  await runSession(
    run(
      writeFetch(out, { number: 1, word: "FETCH" }, attributes, large, context),
    ),
    take,
  );
  take();
  assertEquals(
    total,
    body.length + "* 1 FETCH (BODY[] {3000000}\r\n)\r\n".length,
  );
  assert(largest <= 3 * 65536, `${largest} octets waited`);
});

Deno.test("a long BODYSTRUCTURE leaves in pieces, too", async () => {
  const many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
    "--b\r\n\r\nx\r\n".repeat(9000);
  const message = sampleMessage(latin1Encode(many), {}, { piece: 65536 });
  const wire = new Wire();
  const out = new Output(wire, () => false);
  const attributes = await runSession(
    parseFetchAttributes(scannerOf("BODYSTRUCTURE")),
  );
  const sizes: number[] = [];
  const take = () => sizes.push(wire.takeOutput()?.length ?? 0);
  await runSession(
    run(
      writeFetch(
        out,
        { number: 1, word: "FETCH" },
        attributes,
        message,
        context,
      ),
    ),
    take,
  );
  take();
  assert(sizes.length > 5, `${sizes.length} pieces`);
  assert(Math.max(...sizes) <= 2 * 65536, `${sizes} octets waited`);
});

Deno.test("a message that breaks off inside of a literal ends the connection", async () => {
  const cut = {
    ...message,
    // deno-lint-ignore require-yield -- nothing to wait for
    *octets() {
      let left = 1;
      return {
        size: 100,
        read: () =>
          Promise.resolve(left-- > 0 ? new Uint8Array(10) : undefined),
        skip() {},
        close() {},
      };
    },
  };
  await assertRejects(() => fetchText(cut, "BODY[]"), ResponseCutShort);
});

Deno.test("an attribute that fails before it says anything leaves a whole response behind", async () => {
  const broken = {
    ...message,
    // deno-lint-ignore require-yield -- it throws at once
    *octets(): Generator<never, never> {
      throw new Error("disk on fire");
    },
  };
  for (const [items, left] of [["(UID BODY[])", "UID 17"], ["BODY[]", ""]]) {
    const wire = new Wire();
    const out = new Output(wire, () => false);
    const attributes = await runSession(
      parseFetchAttributes(scannerOf(items!)),
    );
    await assertRejects(
      () =>
        runSession(
          run(
            writeFetch(
              out,
              { number: 3, word: "FETCH" },
              attributes,
              broken,
              context,
            ),
          ),
        ),
      Error,
      "disk on fire",
    );
    out.words("a OK");
    out.end();
    assertEquals(
      latin1Decode(wire.takeOutput()!),
      left ? `* 3 FETCH (${left})\r\na OK\r\n` : "a OK\r\n",
    );
  }
});

Deno.test("BINARY of a large part is decoded twice and kept never", async () => {
  const octets = new Uint8Array(1_500_000).map((_, i) => i % 251);
  const encoded = octets.toBase64().replace(/.{76}/g, "$&\r\n");
  const large = sampleMessage(
    latin1Encode(`Content-Transfer-Encoding: base64\r\n\r\n${encoded}`),
    {},
    { piece: 65536 },
  );
  const { text } = await fetchText(large, "BINARY.PEEK[1]<1400000.50>");
  const expected = String.fromCharCode(...octets.slice(1_400_000, 1_400_050));
  assertEquals(text, `* 1 FETCH (BINARY[1]<1400000> ~{50}\r\n${expected})\r\n`);
  assertEquals(large.reads, 2);
});

const PREVIEWS: readonly [claim: string, message: string, preview: string][] = [
  ["skips what is quoted", "\r\n> old\r\nnew \t words\r\n", "new words"],
  [
    "reads HTML without its markup",
    "Content-Type: text/html\r\n\r\n<style>p{}</style><p>One &amp; <b>two</b>&#33; <!-- x",
    "One & two !",
  ],
  [
    "prefers plain text, and leaves attachments alone",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment\r\n\r\nlog\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>html\r\n--b\r\n\r\nplain\r\n--b--",
    "plain",
  ],
  ["is empty where there is no text", "Content-Type: image/png\r\n\r\nx", ""],
  [
    "cuts at 200 characters, none of them in two",
    `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${
      new TextEncoder().encode("\u{1f600}".repeat(300)).toBase64()
    }`,
    "\u{1f600}".repeat(200),
  ],
];

for (const [claim, text, preview] of PREVIEWS) {
  Deno.test(`PREVIEW ${claim}`, async () => {
    const answer = await fetchText(
      sampleMessage(latin1Encode(text)),
      "PREVIEW",
      { utf8: true },
    );
    const value = new TextDecoder().decode(latin1Encode(answer.text));
    assertEquals(value, `* 1 FETCH (PREVIEW "${preview}")\r\n`);
  });
}

Deno.test("numbers are written with all of their digits, up to the largest", () => {
  const wire = new Wire();
  const out = new Output(wire, () => false);
  const numbers = [0, 9, 10, 99, 100, 2 ** 32 - 1, 2 ** 53 - 1];
  for (const number of numbers) {
    out.number(number);
    out.words(" ");
  }
  out.end();
  assertEquals(latin1Decode(wire.takeOutput()!), `${numbers.join(" ")} \r\n`);
});
