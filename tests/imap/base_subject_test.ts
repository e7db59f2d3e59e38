import { assertEquals } from "@std/assert";
import { baseSubject } from "../../src/imap/search/base_subject.ts";

const SUBJECTS: readonly [subject: string, base: string, isReply: boolean][] = [
  ["lunch", "LUNCH", false],
  ["Re: lunch", "LUNCH", true],
  ["RE: re: Re: lunch", "LUNCH", true],
  ["Fw: lunch", "LUNCH", true],
  ["FWD: lunch", "LUNCH", true],
  ["lunch (fwd)", "LUNCH", true],
  ["lunch (fwd) (FWD) ", "LUNCH", true],
  ["[fwd: lunch]", "LUNCH", true],
  ["[fwd: Re: [list] lunch (fwd)]", "LUNCH", true],
  ["[list] lunch", "LUNCH", false],
  ["[a] [b] Re: [c] lunch", "LUNCH", true],
  ["Re [5]: lunch", "LUNCH", true],
  ["re[5] : lunch", "LUNCH", true],
  ["Re\t: lunch", "LUNCH", true],
  ["[list]", "[LIST]", false],
  ["Re: [list]", "[LIST]", true],
  ["[a][b]", "[B]", false],
  ["Regarding: lunch", "REGARDING: LUNCH", false],
  ["  two \t words\r\n  folded ", "TWO WORDS FOLDED", false],
  ["=?utf-8?q?Re=3A_caf=C3=A9?=", "CAFE\u0301", true],
  ["", "", false],
  ["Re:", "", true],
  ["Re: (fwd)", "", true],
];

for (const [subject, base, isReply] of SUBJECTS) {
  Deno.test(`the base subject of ${JSON.stringify(subject)} is "${base}" (RFC 5256 §2.1)`, () => {
    assertEquals(baseSubject(subject), { text: base, isReply });
  });
}

Deno.test("hostile subjects take no long time", () => {
  const started = performance.now();
  for (const piece of ["re:", "[a]", "[fwd:", "[", " (fwd)", "re[", "fw d"]) {
    baseSubject(piece.repeat(100_000));
  }
  assertEquals(performance.now() - started < 1000, true);
});
