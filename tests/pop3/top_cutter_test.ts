import { assertEquals } from "@std/assert";
import {
  concatBytes,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import { TopCutter } from "../../src/pop3/top_cutter.ts";

const HEADER = "A: b\r\nC: d\r\n\r\n";

const rows: [claim: string, message: string, lines: number, top: string][] = [
  ["the blank line ends the header", `${HEADER}1\r\n2\r\n`, 0, HEADER],
  ["header lines do not count", `${HEADER}1\r\n2\r\n`, 1, `${HEADER}1\r\n`],
  ["more lines than there are", `${HEADER}1\r\n2`, 9, `${HEADER}1\r\n2`],
  ["blank body lines count", `${HEADER}\r\n\r\n3\r\n`, 2, `${HEADER}\r\n\r\n`],
  ["no body, no blank line", "A: b\r\n", 5, "A: b\r\n"],
  ["no body, blank line", HEADER, 5, HEADER],
  ["no header", "\r\n1\r\n2\r\n", 1, "\r\n1\r\n"],
  ["no octets", "", 1, ""],
  ["bare LF ends lines, too", "A: b\n\n1\n2\n", 1, "A: b\n\n1\n"],
  [
    "a CR inside a line is text",
    "A\r\r\nB\r\n\r\n1\r\n",
    0,
    "A\r\r\nB\r\n\r\n",
  ],
  ["two CRs are not a blank line", "A\r\n\r\r\n\r\n1", 0, "A\r\n\r\r\n\r\n"],
  ["a space is not a blank line", "A\r\n \r\n\r\n1", 0, "A\r\n \r\n\r\n"],
  ["an endless count", `${HEADER}1`, Number("9".repeat(400)), `${HEADER}1`],
];

for (const [claim, message, lines, top] of rows) {
  Deno.test(`TopCutter: ${claim}, in chunks of any size`, () => {
    for (let size = 1; size <= message.length + 1; size++) {
      assertEquals(cut(message, lines, size), top);
    }
  });
}

function cut(message: string, lines: number, size: number): string {
  const octets = latin1Encode(message);
  const cutter = new TopCutter(lines);
  const through: Uint8Array[] = [];
  for (let at = 0; at < octets.length && !cutter.done; at += size) {
    through.push(cutter.push(octets.subarray(at, at + size)));
  }
  return latin1Decode(concatBytes(through));
}
