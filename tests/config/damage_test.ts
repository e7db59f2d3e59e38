import { assert } from "@std/assert";
import {
  formatProblem,
  formatSample,
  loadConfiguration,
} from "../../src/config/mod.ts";

/** The sample with all defaults and examples in force, where damage shows. */
const sample = formatSample().replace(/^( *)#(?=\S)/gm, "$1");
const gomaild = await Deno.readTextFile(
  new URL("../fixtures/config/gomaild.conf", import.meta.url),
);

function mustNotThrow(text: string): void {
  const result = loadConfiguration([{ name: "a.conf", text }]);
  if ("configuration" in result) return;
  assert(result.problems.length > 0);
  const lines = text.split("\n");
  for (const problem of result.problems) {
    assert(problem.line >= 1 && problem.line <= lines.length);
    const width = [...lines[problem.line - 1]!].length;
    assert(
      problem.column >= 1 && problem.column <= width + 1,
      formatProblem(problem),
    );
  }
}

Deno.test("a file that ends anywhere loads or tells a place that exists", () => {
  for (let end = 0; end < gomaild.length; end += 3) {
    mustNotThrow(gomaild.slice(0, end));
  }
});

Deno.test("a file with any character gone or strange loads or tells a place that exists", () => {
  const strange = [
    '"',
    "{",
    "]",
    ",",
    "#",
    "/*",
    "\\",
    "\u0000",
    "😀",
    "\ud800",
  ];
  for (let at = 0; at < gomaild.length; at += 5) {
    const before = gomaild.slice(0, at);
    mustNotThrow(before + gomaild.slice(at + 1));
    mustNotThrow(before + strange[at % strange.length] + gomaild.slice(at));
  }
});

Deno.test("a file with any key given twice or any line gone loads or tells a place that exists", () => {
  const lines = sample.split("\n");
  for (let at = 0; at < lines.length; at += 3) {
    mustNotThrow(lines.toSpliced(at, 1).join("\n"));
    mustNotThrow(
      lines.toSpliced(at, 0, lines[(at * 7) % lines.length]!).join("\n"),
    );
  }
});

Deno.test("every kind of value in the place of every key loads or tells a place that exists", () => {
  const values = [
    "null",
    "1e400",
    "-1",
    '""',
    "[]",
    "{}",
    '[{"a": [[]]}]',
    "true",
  ];
  const keys = [...sample.matchAll(/"(\w+)": /g)].map((match) => match[1]!);
  for (const key of new Set(keys)) {
    for (const value of values) {
      mustNotThrow(
        `{"${key}": ${value}, "SMTP": {"${key}": ${value}}, "Listeners": [{"${key}": ${value}}]}`,
      );
    }
  }
});
