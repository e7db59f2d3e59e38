// Items agree with each other: each part has as many octets as BODYSTRUCTURE says,
// BINARY as many as BINARY.SIZE says, and pieces make up the whole.

import { assert, assertEquals } from "@std/assert";
import { plain, readFetchResponses, type Value } from "./response_grammar.ts";
import { fetchText, sampleMessage } from "./sample.ts";

interface Part {
  readonly number: string;
  readonly octets: number;
}

/** The parts of a BODYSTRUCTURE with their numbers, found by the RFC's rules alone. */
function partsOf(structure: unknown, number = ""): Part[] {
  const items = structure as unknown[];
  const below = (i: number) => number === "" ? `${i}` : `${number}.${i}`;
  if (Array.isArray(items[0])) {
    const children = items.filter((item, i) =>
      Array.isArray(item) && items.slice(0, i + 1).every(Array.isArray)
    );
    return children.flatMap((child, i) => {
      const nested = Array.isArray((child as unknown[])[0]);
      return nested
        ? partsOf(child, below(i + 1))
        : leaf(child as unknown[], below(i + 1));
    });
  }
  return leaf(items, below(1));
}

function leaf(items: unknown[], number: string): Part[] {
  const own = { number, octets: items[6] as number };
  const enclosed = items[0] === "message" && items[1] === "rfc822";
  return enclosed ? [own, ...partsOf(items[8], number)] : [own];
}

function lengthOf(value: Value | undefined): number {
  return value?.kind === "string" ? value.text.length : 0;
}

function messages(): [string, Uint8Array][] {
  return ["imap", "mime"].flatMap((folder) => {
    const url = new URL(`../fixtures/${folder}/`, import.meta.url);
    return [...Deno.readDirSync(url)].map(({ name }) => name)
      .filter((name) => name.endsWith(".eml"))
      .map((name): [string, Uint8Array] => [
        name,
        Deno.readFileSync(new URL(name, url)),
      ]);
  });
}

async function itemsOf(bytes: Uint8Array, items: string) {
  const { text } = await fetchText(sampleMessage(bytes), items);
  return readFetchResponses(text, { utf8: false })[0]?.items ?? new Map();
}

Deno.test("BODY[n] has as many octets as BODYSTRUCTURE says, BINARY[n] as BINARY.SIZE[n] says", async () => {
  let seen = 0;
  for (const [name, bytes] of messages()) {
    const structure = (await itemsOf(bytes, "BODYSTRUCTURE"))
      .get("BODYSTRUCTURE")!;
    for (const { number, octets } of partsOf(plain(structure))) {
      const found = await itemsOf(
        bytes,
        `(BODY.PEEK[${number}] BINARY.SIZE[${number}] BINARY.PEEK[${number}])`,
      );
      const claim = `${name}: part ${number}`;
      assertEquals(lengthOf(found.get(`BODY[${number}]`)), octets, claim);
      const size = found.get(`BINARY.SIZE[${number}]`);
      // An encoding that nobody knows has neither.
      if (size === undefined) continue;
      assertEquals(lengthOf(found.get(`BINARY[${number}]`)), size.value, claim);
      seen++;
    }
  }
  assert(seen > 50, `${seen} parts`);
});

Deno.test("header and text, and pieces of any size, make up the whole message", async () => {
  for (const [name, bytes] of messages()) {
    const found = await itemsOf(
      bytes,
      "(BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT])",
    );
    const text = (item: string) => {
      const value = found.get(item);
      return value?.kind === "string" ? value.text : "";
    };
    assertEquals(text("BODY[HEADER]") + text("BODY[TEXT]"), text("BODY[]"));
    for (const size of [1 + bytes.length >> 1, 61]) {
      let whole = "";
      for (let at = 0; at < bytes.length; at += size) {
        const piece = (await itemsOf(bytes, `BODY.PEEK[]<${at}.${size}>`))
          .get(`BODY[]<${at}>`);
        whole += piece?.kind === "string" ? piece.text : "";
      }
      assertEquals(whole, text("BODY[]"), name);
    }
  }
});
