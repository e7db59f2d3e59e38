// Answers of SEARCH and SORT: the RFCs' own examples first.

import { assertEquals } from "@std/assert";
import { latin1Decode } from "../../src/bytes/mod.ts";
import { Output } from "../../src/imap/output.ts";
import {
  savedUids,
  writeEsearch,
  writeNumbers,
} from "../../src/imap/search/results.ts";
import { parseReturn } from "../../src/imap/search/return_options.ts";
import type { Numbered } from "../../src/imap/view.ts";
import { Wire } from "../../src/wire/mod.ts";
import { runSession, sampleMessage, scannerOf } from "./sample.ts";

/** Messages whose UIDs are 100 more than their numbers, with modseqs by number. */
function found(numbers: readonly number[]): Numbered[] {
  return numbers.map((sequence) => {
    const meta = { uid: sequence + 100, modseq: 1000 - sequence };
    const message = sampleMessage(new Uint8Array(0), meta);
    return { sequence, meta: message.meta };
  });
}

async function answer(
  write: (out: Output) => Parameters<typeof runSession>[0],
): Promise<string> {
  const wire = new Wire();
  const pieces: Uint8Array[] = [];
  const take = () => {
    const bytes = wire.takeOutput();
    if (bytes) pieces.push(bytes);
  };
  await runSession(write(new Output(wire, () => false)), take);
  take();
  return pieces.map(latin1Decode).join("");
}

const options = (text: string) => parseReturn(scannerOf(` RETURN ${text}`))!;

Deno.test("SEARCH lists numbers (RFC 3501 §7.2.5), perhaps with a modseq (RFC 7162 §3.1.5)", async () => {
  const form = { uid: false, modseq: false };
  const write = (numbers: number[], given = form) =>
    answer((out) => writeNumbers(out, "SEARCH", found(numbers), given));
  assertEquals(await write([2, 3, 6]), "* SEARCH 2 3 6\r\n");
  assertEquals(await write([]), "* SEARCH\r\n");
  assertEquals(await write([], { uid: true, modseq: true }), "* SEARCH\r\n");
  assertEquals(
    await write([2, 5], { uid: true, modseq: true }),
    "* SEARCH 102 105 (MODSEQ 998)\r\n",
  );
});

const ESEARCH: readonly [string, number[], string][] = [
  ["()", [2, 3, 4, 8], " ALL 2:4,8"],
  ["(MIN COUNT)", [2, 3, 4, 8], " MIN 2 COUNT 4"],
  ["(MAX)", [2, 3, 4, 8], " MAX 8"],
  ["(MIN MAX COUNT ALL)", [], " COUNT 0"],
  ["(ALL)", [], ""],
  ["(MIN SAVE)", [7], " MIN 7"],
  ["(PARTIAL 1:2)", [2, 3, 4, 8], " PARTIAL (1:2 2:3)"],
  ["(PARTIAL 4:3)", [2, 3, 4, 8], " PARTIAL (4:3 4,8)"],
  ["(PARTIAL -1:-2)", [2, 3, 4, 8], " PARTIAL (-1:-2 4,8)"],
  ["(PARTIAL 5:9 COUNT)", [2, 3, 4, 8], " COUNT 4 PARTIAL (5:9 NIL)"],
  ["(PARTIAL -5:-9)", [2, 3, 4, 8], " PARTIAL (-5:-9 NIL)"],
  // RFC 5267 §3: sorted results keep their order.
  ["(ALL MIN MAX)", [5, 3, 4, 1], " MIN 5 MAX 1 ALL 5,3:4,1"],
];

for (const [asked, numbers, told] of ESEARCH) {
  Deno.test(`ESEARCH of [${numbers}] for ${asked} says "${told}"`, async () => {
    const text = await answer((out) =>
      writeEsearch(out, "A1", found(numbers), options(asked), {
        uid: false,
        modseq: false,
      })
    );
    assertEquals(text, `* ESEARCH (TAG "A1")${told}\r\n`);
  });
}

Deno.test("ESEARCH tells the modseq of what it tells (RFC 7162 §3.1.10)", async () => {
  const told = async (asked: string) => {
    const text = await answer((out) =>
      writeEsearch(out, "a", found([2, 3, 4]), options(asked), {
        uid: true,
        modseq: true,
      })
    );
    return /MODSEQ (\d+)/.exec(text)?.[1];
  };
  assertEquals(await told("(MIN)"), "998");
  assertEquals(await told("(MAX)"), "996");
  assertEquals(await told("(MIN MAX)"), "998");
  assertEquals(await told("(MAX COUNT)"), "998");
  assertEquals(await told("(ALL)"), "998");
  assertEquals(await told("(PARTIAL 2:2)"), "997");
});

Deno.test("nothing is told where only SAVE was asked for (RFC 5182 §2.4)", async () => {
  const text = await answer((out) =>
    writeEsearch(out, "a", found([1]), options("(SAVE)"), {
      uid: false,
      modseq: false,
    })
  );
  assertEquals(text, "");
});

const SAVED: readonly [string, number[]][] = [
  ["(SAVE)", [101, 102, 103]],
  ["(SAVE ALL)", [101, 102, 103]],
  ["(SAVE COUNT MIN)", [101, 102, 103]],
  ["(SAVE MIN)", [101]],
  ["(SAVE MAX)", [103]],
  ["(SAVE MIN MAX)", [101, 103]],
  ["(SAVE PARTIAL 2:2)", [102]],
  ["(SAVE PARTIAL 2:2 MAX)", [102, 103]],
];

for (const [asked, uids] of SAVED) {
  Deno.test(`after RETURN ${asked} "$" stands for [${uids}]`, () => {
    assertEquals([...savedUids(found([1, 2, 3]), options(asked))], uids);
  });
}

Deno.test("a set of a hundred thousand numbers is short where they follow each other", async () => {
  const numbers = Array.from({ length: 100_000 }, (_, i) => i + 1);
  const text = await answer((out) =>
    writeEsearch(out, "a", found(numbers), options("()"), {
      uid: false,
      modseq: false,
    })
  );
  assertEquals(text, '* ESEARCH (TAG "a") ALL 1:100000\r\n');
});
