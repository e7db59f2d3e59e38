/** The player of transcripts: what it accepts, and above all what it does not. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import { dotStuffed, renderLines, unescapeOctets } from "./octets.ts";
import { MODES, play } from "./player.ts";
import { SmtpStage } from "./smtp_stage.ts";
import { isSocketable, parseTranscript } from "./transcript.ts";

const GREETED = "# claim\nS: 220 mx.example.test ESMTP\n";

const WRONG: readonly (readonly [what: string, script: string])[] = [
  ["another line", "C: NOOP\nS: 250 2.0.0 Fine"],
  ["a prefix of the line", "C: NOOP\nS: 250 2.0.0"],
  ["silence", "S: 250 2.0.0 OK"],
  ["less than was said", "C: NOOP"],
  [
    "less than was said, before the next command",
    "C: NOOP\nC: NOOP\nS: 250 2.0.0 OK\nS: 250 2.0.0 OK\nC: NOOP",
  ],
  ["an expression that is too short", "C: NOOP\nS~ 250 2"],
  ["a line that the reply has not", "C: EHLO a\nS* 250 FOO"],
  ["the absence of a line that the reply has", "C: EHLO a\nS! SIZE"],
  ["a close that does not come", "C: NOOP\nS: 250 2.0.0 OK\nclose"],
  ["TLS that does not begin", "C: NOOP\nS: 250 2.0.0 OK\ntls"],
  [
    "another value of a captured name",
    "C: NOOP\nS: 250 {a} OK\nC: RSET\nS: {a} 2.0.0 Transaction forgotten",
  ],
  ["a message that is not there", "expect message 1\n| x"],
  ["a spool that is empty", "expect spool 1"],
  [
    "time that has not passed",
    "wait 299s\nS: 421 4.4.2 Idle for too long, closing connection",
  ],
];

for (const [what, script] of WRONG) {
  Deno.test(`play() rejects a script that expects ${what}`, async () => {
    for (const mode of MODES) {
      await assertRejects(
        () => playText(GREETED + script, mode),
        Error,
        "expected",
      );
    }
  });
}

Deno.test("play() names the line of the script where it differs", async () => {
  for (const mode of MODES) {
    const script =
      `${GREETED}C: NOOP\nS: 250 2.0.0 OK\nC: RSET\nS: 250 no\nC: NOOP\nS: 250 2.0.0 OK`;
    await assertRejects(() => playText(script, mode), Error, "x.txt:6 ");
  }
});

Deno.test("play() takes captured names back into what the client says", async () => {
  for (const mode of MODES) {
    await playText(
      `${GREETED}C: NOOP\nS: 250 {status} OK\nC: {status}\nS: 500 5.5.2 Unknown command\nC: HELP {unknown}\nS~ 504 .*`,
      mode,
    );
  }
});

Deno.test("parseTranscript() refuses what it cannot read, and a script without a claim", () => {
  const texts = ["# x\nD: y", "# x\nC* y", "# x\nS+ y", "# x\nwait 3", "S: x"];
  for (const text of texts) {
    assertThrows(
      () => parseTranscript("smtp/x.txt", text),
      Error,
      "smtp/x.txt",
    );
  }
});

Deno.test("isSocketable() is for scripts that need no clock and look at nothing but the dialogue", () => {
  const script = (text: string) =>
    parseTranscript("smtp/x.txt", GREETED + text);
  assertEquals(isSocketable(script("C: NOOP\nS: 250 2.0.0 OK")), true);
  for (const text of ["wait 1s", "stop", "expect spool empty"]) {
    assertEquals(isSocketable(script(text)), false);
  }
});

Deno.test("unescapeOctets() reads escapes and repetitions", () => {
  assertEquals(
    latin1Decode(unescapeOctets("a\\r\\n\\t\\\\\\x00\\xff\\*3(b\\n)é")),
    "a\r\n\t\\\x00\xffb\nb\nb\n\xc3\xa9",
  );
});

Deno.test("renderLines() tells apart what looks alike", () => {
  assertEquals(renderLines(utf8Encode("a\\\r\né\n\x00\r\n\r\nb")), [
    "a\\\\",
    "é\\n\\x00",
    "",
    "b \\",
  ]);
  assertEquals(renderLines(new Uint8Array(0)), []);
});

Deno.test("dotStuffed() is what DATA sends", () => {
  assertEquals(
    latin1Decode(dotStuffed(utf8Encode(".a\r\nb"))),
    "..a\r\nb\r\n.\r\n",
  );
});

async function playText(
  text: string,
  mode: typeof MODES[number],
): Promise<void> {
  const fixture = () => Promise.resolve(new Uint8Array(0));
  await play(parseTranscript("smtp/x.txt", text), new SmtpStage(), {
    mode,
    fixture,
  });
}
