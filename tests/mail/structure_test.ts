import { assert, assertEquals } from "@std/assert";
import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import {
  type Entity,
  MIME_DEPTH_MAX,
  MIME_PARTS_MAX,
  parseStructure,
  StructureReader,
  walkEntities,
} from "../../src/mail/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";

const FOLDER = new URL("../fixtures/mime/", import.meta.url);

/** Of a golden file: the entity with its octets written out, so that a reader can check it. */
function golden(entity: Entity, bytes: Uint8Array): Record<string, unknown> {
  const { header, body, children, message, ...fields } = entity;
  const text = (range: { start: number; end: number }) =>
    latin1Decode(bytes.subarray(range.start, range.end));
  const leaf = children.length === 0 && !message;
  return {
    ...fields,
    header: [header.start, header.end],
    body: [body.start, body.end],
    ...(leaf ? { text: text(body) } : {}),
    ...(message ? { message: golden(message, bytes) } : {}),
    ...(children.length > 0
      ? { children: children.map((child) => golden(child, bytes)) }
      : {}),
  };
}

const names = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name)
  .filter((name) => name.endsWith(".eml")).sort();

for (const name of names) {
  Deno.test(`parseStructure() takes ${name} apart as its JSON file says`, () => {
    const bytes = Deno.readFileSync(new URL(name, FOLDER));
    const expected = JSON.parse(
      Deno.readTextFileSync(new URL(name.replace(".eml", ".json"), FOLDER)),
    );
    assertEquals(golden(parseStructure(bytes), bytes), expected);
  });
}

const parse = (text: string) => parseStructure(latin1Encode(text));

function count(entity: Entity): { entities: number; depth: number } {
  let entities = 0;
  let deepest = 0;
  walkEntities(entity, (_, depth) => {
    entities++;
    deepest = Math.max(deepest, depth);
  });
  return { entities, depth: deepest };
}

function nestedMultiparts(levels: number): string {
  return Array.from(
    { length: levels },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`,
  ).join("");
}

Deno.test("parseStructure() nests 50 entities and not one more", () => {
  const messages = (levels: number) =>
    parse("Content-Type: message/rfc822\n\n".repeat(levels));
  assertEquals(count(messages(48)).depth, 49);
  assertEquals(count(messages(MIME_DEPTH_MAX - 1)).depth, MIME_DEPTH_MAX);
  assertEquals(count(messages(MIME_DEPTH_MAX)).depth, MIME_DEPTH_MAX);
  assertEquals(count(messages(160_000)).depth, MIME_DEPTH_MAX);
  const parts = (levels: number) => count(parse(nestedMultiparts(levels)));
  assertEquals(parts(MIME_DEPTH_MAX - 1).depth, MIME_DEPTH_MAX);
  assertEquals(parts(MIME_DEPTH_MAX).depth, MIME_DEPTH_MAX);
  assertEquals(parts(50_000).depth, MIME_DEPTH_MAX);
});

Deno.test("parseStructure() tells 10,000 entities apart; the rest stays in the body around them", () => {
  const head = "Content-Type: multipart/mixed; boundary=b\n\n";
  const exact = parse(head + "--b\n\nx\n".repeat(MIME_PARTS_MAX - 1));
  assertEquals(count(exact).entities, MIME_PARTS_MAX);
  const text = head + "--b\n\nx\n".repeat(MIME_PARTS_MAX + 5);
  const more = parse(text);
  assertEquals(count(more).entities, MIME_PARTS_MAX);
  assertEquals(more.body.end, text.length);
  assertEquals(more.children.at(-1)!.body, {
    start: head.length + 7 * (MIME_PARTS_MAX - 2) + 5,
    end: head.length + 7 * (MIME_PARTS_MAX - 2) + 6,
  });
});

const multipart = "Content-Type: multipart/mixed; boundary=b\n\n";
const FLOODS: [string, string, string, number][] = [
  ["line ends", "", "\n", 1],
  ["one line", "", "x", 1],
  ["header fields", "", "a:b\n", 1],
  ["content types", "", "Content-Type: a/b; c=d\n", 1],
  ["parameters", "Content-Type: text/plain", ";a=b", 1],
  ["dashes", multipart, "--\n", 1],
  ["one line of dashes", multipart, "-", 1],
  ["boundaries", multipart, "--b\n", MIME_PARTS_MAX],
  ["boundaries of others", multipart, "--c\n", 1],
  ["closing boundaries", multipart, "--b--\n", 1],
  ["blanks after a boundary", `${multipart}--b`, " ", 2],
  [
    "digests",
    "Content-Type: multipart/digest; boundary=b\n\n",
    "--b\n\n",
    10_000,
  ],
  ["the same multipart", "", `${multipart}--b\n`, 10_000],
  ["open quotes", multipart, '--b\nContent-Type: a/b; c="\\\n\n', 10_000],
  ["long boundaries", `Content-Type: multipart/mixed; boundary="`, "b", 1],
];

for (const [what, head, piece, entities] of FLOODS) {
  Deno.test(`parseStructure() ends on 5 MB of ${what}`, () => {
    const text = head + piece.repeat(5_000_000 / piece.length);
    const structure = parse(text);
    assertEquals(count(structure).entities, entities);
    assertEquals(structure.body.end, text.length);
  });
}

Deno.test("parseStructure() takes no more time for a line of dashes at each level", () => {
  // Fifty boundaries wait at once; each line is looked up, not compared with all.
  const text = nestedMultiparts(MIME_DEPTH_MAX - 1) + "--b\n".repeat(1_000_000);
  assertEquals(count(parse(text)).entities, MIME_DEPTH_MAX);
});

Deno.test("walkEntities() shows outer entities before inner ones, in their order", () => {
  const seen: string[] = [];
  const bytes = Deno.readFileSync(new URL("nested.eml", FOLDER));
  walkEntities(parseStructure(bytes), (entity, depth) => {
    seen.push(`${depth} ${entity.type}/${entity.subtype}`);
  });
  assertEquals(seen, [
    "1 multipart/mixed",
    "2 multipart/related",
    "3 multipart/alternative",
    "4 text/plain",
    "4 text/html",
    "3 image/png",
    "2 application/octet-stream",
  ]);
});

Deno.test("the MIME fixtures are there", () => {
  assert(names.length >= 20, `${names.length} fixtures`);
});

/** The structure of octets that come in pieces, each in the same buffer. */
function inPieces(bytes: Uint8Array, sizeOf: () => number): Entity {
  const reader = new StructureReader();
  const buffer = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + sizeOf());
    buffer.fill(0x2d);
    buffer.set(piece);
    reader.push(buffer.subarray(0, piece.length));
    at += piece.length;
  }
  return reader.end();
}

for (const name of names) {
  Deno.test(`StructureReader finds ${name} the same, however it is cut`, () => {
    const bytes = Deno.readFileSync(new URL(name, FOLDER));
    const whole = parseStructure(bytes);
    for (const size of [1, 2, 3, 7, 64]) {
      assertEquals(inPieces(bytes, () => size), whole, `${size} octets each`);
    }
  });
}

const LINES = [
  ...["--a", "--a--", "--b", "--b--", "--a \t", "--", "-", "x", "", "\r"],
  "Content-Type: multipart/mixed; boundary=a",
  'Content-Type: multipart/digest;\r\n boundary="b"',
  "Content-Type: message/rfc822",
  "Subject: " + "long ".repeat(80),
  `--a${" ".repeat(300)}`,
  `--b${" ".repeat(300)}x`,
  `--${"c".repeat(256)}`,
  `Content-Type: multipart/mixed; boundary=${"c".repeat(256)}`,
  `--${"c".repeat(257)}--`,
];

Deno.test("StructureReader finds random messages the same, cut at random borders", () => {
  const random = seededRandom(20_260_102);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let round = 0; round < 2000; round++) {
    const lines = Array.from({ length: below(40) }, () => {
      const end = ["\r\n", "\n", "\r\n\r\n"][below(3)]!;
      return LINES[below(LINES.length)]! + end;
    });
    const bytes = latin1Encode(lines.join("").slice(0, -below(3) || undefined));
    const longest = [2, 10, 100, 1000][below(4)]!;
    const cut = inPieces(bytes, () => 1 + below(longest));
    assertEquals(cut, parseStructure(bytes), latin1Decode(bytes));
  }
});

Deno.test("StructureReader cuts header sections of more than 1 MiB where the whole message does", () => {
  const filler = `X: ${"y".repeat(70)}\r\n`.repeat(14_000);
  for (const extra of [0, 9, 1000, 600_000]) {
    const text = `${filler}Y: ${"z".repeat(extra + 25_000)}\r\n` +
      "Content-Type: text/html\r\n\r\nbody\r\n";
    const bytes = latin1Encode(text);
    const cut = inPieces(bytes, () => 64 * 1024);
    assertEquals(cut, parseStructure(bytes));
    assertEquals(cut.body.end - cut.body.start, 6);
  }
});
