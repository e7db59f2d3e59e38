import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/jsonc";
import {
  formatProblem,
  parseExtendedJson,
  type Tree,
} from "../../src/config/mod.ts";

function read(text: string): Tree {
  const tree = parseExtendedJson({ name: "x.conf", text });
  if ("severity" in tree) throw new Error(formatProblem(tree));
  return tree;
}

function plain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "array") return tree.items.map(plain);
  return tree.entries.map(({ key, value }) => [key, plain(value)]);
}

const right: readonly (readonly [string, unknown])[] = [
  ["{}", []],
  [' {"a": 1} ', [["a", 1]]],
  ['\ufeff{"a": 1}', [["a", 1]]],
  ['{"a": 1,}', [["a", 1]]],
  ["[1, 2,]", [1, 2]],
  ['# first\n{"a": # second\n 1} # third', [["a", 1]]],
  ['{"a": 1# right behind\n}', [["a", 1]]],
  ['{"a": "b#c" # "d"\n}', [["a", "b#c"]]],
  ['{"a": "b\\"#c"}', [["a", 'b"#c']]],
  ['{"a": "b\\\\"#c"\n}', [["a", "b\\"]]],
  ['{"a": 1 # one # two\n}', [["a", 1]]],
  ['# one\n# two\n# three ("#")\n\n# four\n[1]', [1]],
  ["// # one\n[1 /* # \n */, 2] // end", [1, 2]],
  ["# // one /* two\n[1]", [1]],
  ["# one\r\n[1]\r\n", [1]],
  ['{"a": "http://example.org/*x*/"}', [["a", "http://example.org/*x*/"]]],
  ['{"a": {"b": 1}, "a": {"c": 2}}', [["a", [["b", 1]]], ["a", [["c", 2]]]]],
  ['{"Füße": "日本語 😀"}', [["Füße", "日本語 😀"]]],
  ["[true, false, null, -1.5e3]", [true, false, null, -1500]],
  ["[[], [[]], {}]", [[], [[]], []]],
];

for (const [text, value] of right) {
  Deno.test(`parseExtendedJson() reads ${JSON.stringify(text)}`, () => {
    assertEquals(plain(read(text)), value);
  });
}

const wrong: readonly (readonly [string, string])[] = [
  [
    "",
    'x.conf:1:1: the file ends too early; a closing "}", "]", quote or "*/" was meant',
  ],
  [
    "{",
    'x.conf:1:2: the file ends too early; a closing "}", "]", quote or "*/" was meant',
  ],
  [
    "[1] /* never",
    'x.conf:1:13: the file ends too early; a closing "}", "]", quote or "*/" was meant',
  ],
  ["{} {}", "x.conf:1:4: unexpected {"],
  ["[1,,2]", "x.conf:1:4: unexpected ,"],
  [
    "{a: 1}",
    'x.conf:1:2: unexpected a; "…" in double quotes, a number, true or false was meant',
  ],
  [
    "{'a': 1}",
    `x.conf:1:2: unexpected 'a'; "…" in double quotes, a number, true or false was meant`,
  ],
  [
    '{\n  "a": 1\n  "b": 2\n}',
    'x.conf:3:3: unexpected "b"; a comma before it was meant',
  ],
  [
    '{\n  "a": "b\n}',
    'x.conf:2:8: "b is no JSON string; a closing quote or an escape (\\", \\\\, \\n) was meant',
  ],
  ['{"ä😀": 01}', "x.conf:1:8: unexpected 01"],
];

for (const [text, problem] of wrong) {
  Deno.test(`parseExtendedJson() tells what is wrong with ${JSON.stringify(text)}`, () => {
    const result = parseExtendedJson({ name: "x.conf", text });
    assert("severity" in result);
    assertEquals(formatProblem(result), problem);
  });
}

Deno.test("parseExtendedJson() refuses nesting without end instead of failing", () => {
  const result = parseExtendedJson({
    name: "x.conf",
    text: "[".repeat(200_000),
  });
  assert("severity" in result);
});

Deno.test("parseExtendedJson() tells the place of every key and value", () => {
  const tree = read('# c\n{"a": [1,\n  {"b": 2}]}');
  assert(tree.kind === "object");
  const [entry] = tree.entries;
  assertEquals(entry!.place.offset, 5);
  assert(entry!.value.kind === "array");
  const second = entry!.value.items[1]!;
  assert(second.kind === "object");
  assertEquals(second.entries[0]!.place.offset, 17);
});

Deno.test("without duplicates the tree has the value that @std/jsonc finds", async () => {
  const text = await Deno.readTextFile(
    new URL("../../deno.json", import.meta.url),
  );
  const toValue = (tree: Tree): unknown =>
    tree.kind === "scalar"
      ? tree.value
      : tree.kind === "array"
      ? tree.items.map(toValue)
      : Object.fromEntries(
        tree.entries.map(({ key, value }) => [key, toValue(value)]),
      );
  assertEquals(toValue(read(text)), parse(text));
});
