import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import {
  composeReport,
  decodeTransferEncoding,
  parseStructure,
  quotedPrintableEncode,
  readHeader,
  REPORT_ORIGINAL_MAX,
  type ReportRecipient,
} from "../../src/mail/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { dsnFixtures } from "./dsn_fixtures.ts";

const fixtures = dsnFixtures();
const [{ report: SIMPLE }] = fixtures.filter(({ name }) =>
  name === "failed"
) as [typeof fixtures[number]];

for (const { name, claim, report, golden } of fixtures) {
  Deno.test(`composeReport() ${name}: ${claim}`, () => {
    const { octets, body, smtputf8 } = composeReport(report);
    assertEquals(latin1Decode(octets), latin1Decode(golden));
    assertEquals(body === "7BIT", octets.every((octet) => octet < 0x80));
    // RFC 6531 §3.4: header fields in UTF-8 need SMTPUTF8.
    const { fieldsEnd } = readHeader(octets);
    const plain = octets.subarray(0, fieldsEnd).every((octet) => octet < 0x80);
    assertEquals(smtputf8, !plain);
  });
}

Deno.test("the DSN fixtures are there", () => {
  assert(fixtures.length >= 14, `${fixtures.length} fixtures`);
});

function compose(more: Partial<typeof SIMPLE>): string {
  const original = more.original ?? SIMPLE.original;
  const report = { ...SIMPLE, originalSize: original.length, ...more };
  return latin1Decode(composeReport(report).octets);
}

Deno.test("composeReport() returns a message of just the limit whole, a larger one by its header section", () => {
  const message = (size: number) =>
    latin1Encode(
      "Subject: big\r\n\r\n".padEnd(size - 2, `${"0".repeat(70)}\r\n`) + "\r\n",
    );
  const whole = compose({ original: message(REPORT_ORIGINAL_MAX) });
  assertStringIncludes(whole, "Content-Type: message/rfc822\r\n");
  assert(whole.length > REPORT_ORIGINAL_MAX);
  const part = compose({ original: message(REPORT_ORIGINAL_MAX + 1) });
  assertStringIncludes(part, "Content-Type: text/rfc822-headers\r\n");
  assert(part.length < 4000, `${part.length}`);
  // Only the start was read.
  const start = compose({
    original: message(1000).subarray(0, 500),
    originalSize: 1000,
  });
  assertStringIncludes(start, "Content-Type: text/rfc822-headers\r\n");
});

Deno.test("composeReport() bounds the header section that it returns, at the end of a field", () => {
  const field = `X-Filler: ${"f".repeat(900)}\r\n`;
  const original = latin1Encode(`${field.repeat(1000)}\r\nbody\r\n`);
  const report = compose({ original, ret: "HDRS" });
  assert(report.length < 70_000, `${report.length}`);
  assertEquals(report.includes(`${field}\r\n--`), true);
});

Deno.test("composeReport() keeps the first and the last of many references", () => {
  const ids = Array.from({ length: 100 }, (_, i) => `<${i}@example.org>`);
  const original = latin1Encode(
    `Message-ID: <own@example.org>\r\nReferences: ${ids.join("\r\n ")}\r\n\r\n`,
  );
  const { fields } = readHeader(latin1Encode(compose({ original })));
  const references = fields.find(({ name }) => name === "References")!.value;
  const kept = references.trim().split(/\s+/);
  assertEquals(kept.length, 21);
  assertEquals(kept[0], ids[0]);
  assertEquals(kept.slice(-2), ["<99@example.org>", "<own@example.org>"]);
});

Deno.test("composeReport() of anything is three parts in lines of at most 998 octets, with our fields alone", () => {
  const random = seededRandom(3464);
  const pick = (list: readonly string[]) =>
    list[Math.floor(random() * list.length)]!;
  const shards = [
    "\r\n",
    "\n",
    "\r",
    " ",
    "X-Evil: 1",
    "\0",
    "ü",
    "\u{1f600}",
    "\ud800",
    "a",
    "--",
    "<",
    ">",
    "@",
    "=?utf-8?q?=0D=0AX-Evil:?=",
    "\\x{0A}",
    "\\x{D800}",
    ";",
    "[",
    "]",
    "x".repeat(700),
    "\u2028",
    "\x85",
  ];
  const text = () =>
    Array.from({ length: Math.floor(random() * 8) }, () => pick(shards)).join(
      "",
    );
  const names = [
    "Date",
    "From",
    "To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
  ];
  for (let round = 0; round < 2000; round++) {
    const recipient: ReportRecipient = {
      address: text(),
      orcpt: `${pick(["rfc822", "utf-8", text()])};${text()}`,
      action: pick(["failed", "delayed", "relayed"]) as "failed",
      reply: { code: 550, lines: [text(), text()] },
      peer: text(),
    };
    const original = new TextEncoder().encode(
      `Subject: ${text()}\r\nMessage-ID: <${text()}>\r\nReferences: <${text()}>\r\n\r\n${text()}`,
    );
    const { octets } = composeReport({
      ...SIMPLE,
      original,
      originalSize: original.length,
      envid: text(),
      recipients: [recipient],
    });
    const { fields } = readHeader(octets);
    assertEquals(fields.filter(({ name }) => !names.includes(name)), []);
    const { children } = parseStructure(octets);
    assertEquals(children.length, 3);
    const { start, end } = children[1]!.body;
    const status = latin1Decode(octets.subarray(start, end));
    assertEquals(status.includes("\r\nX-Evil"), false);
    const lines = latin1Decode(octets.subarray(0, end)).split("\r\n");
    assertEquals(
      lines.filter((line) => line.length > 998 || /[\r\n\0]/.test(line)),
      [],
    );
  }
});

Deno.test("quotedPrintableEncode() is undone by its decoder, in lines of at most 76", () => {
  const random = seededRandom(2045);
  for (let round = 0; round < 500; round++) {
    const text = Array.from(
      { length: Math.floor(random() * 200) },
      () =>
        random() < 0.1 ? "\r\n" : String.fromCharCode(
          random() < 0.3 ? 32 : Math.floor(random() * 256),
        ),
    ).join("").replace(/\r(?!\n)|(?<!\r)\n/g, "");
    const encoded = quotedPrintableEncode(latin1Encode(text));
    assertEquals(
      encoded.split("\r\n").filter((line) =>
        line.length > 76 || / $/.test(line)
      ),
      [],
    );
    const octets = latin1Encode(encoded);
    const decoded = decodeTransferEncoding(octets, "quoted-printable");
    assertEquals(latin1Decode(decoded), text);
  }
});
