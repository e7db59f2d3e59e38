/**
 * The documented sample: every key as a comment, at its default, with its meaning.
 *
 * All keys are commented out, so that a second file can set any of them without
 * giving it twice.
 *
 * @module
 */

import { configurationSchema, type JsonSchema } from "./schema.ts";

const WIDTH = 88;

const HEADER = [
  "The configuration of denomaild.",
  "",
  'The format is JSON with comments: what follows "#" on a line, "//" likewise, and ' +
  "what stands between /* and */; a comma may follow the last entry. " +
  "All files of this folder that end in .conf count as one, in the order of their names: " +
  "objects merge key by key, and nothing else may be given twice. " +
  "Objects are written in CamelCase, keys in snake_case.",
  "",
  "Every key stands here as a comment with its default; an example where it has none. " +
  'Take away the "#" that stands right before a key to change it, then ask: denomaild check',
];

/** The text of `conf/denomaild.conf`. */
export function formatSample(): string {
  const { properties = {} } = configurationSchema();
  return [
    ...HEADER.flatMap((line) => comment(line, "")),
    "{",
    ...formatKeys(properties, "  "),
    "}",
    "",
  ].join("\n");
}

function formatKeys(
  properties: Readonly<Record<string, JsonSchema>>,
  indent: string,
): string[] {
  return Object.entries(properties).flatMap(([key, schema], index) => [
    ...(index === 0 ? [] : [""]),
    ...comment(schema.description ?? "", indent),
    ...(schema.properties === undefined
      ? formatKey(key, schema, indent)
      : formatObject(key, schema.properties, indent)),
  ]);
}

function formatObject(
  key: string,
  properties: Readonly<Record<string, JsonSchema>>,
  indent: string,
): string[] {
  return [
    `${indent}${JSON.stringify(key)}: {`,
    ...formatKeys(properties, indent + "  "),
    `${indent}},`,
  ];
}

/** The key at its default; then, if only an example tells what it may hold, an example. */
function formatKey(key: string, schema: JsonSchema, indent: string): string[] {
  const members = memberSchema(schema);
  return [
    ...formatMembers(members, indent),
    ...(schema.default === undefined
      ? []
      : outCommented(key, schema.default, indent)),
    ...(schema.examples ?? []).flatMap((example) => [
      ...comment("For example:", indent),
      ...outCommented(key, example, indent),
    ]),
  ];
}

function formatMembers(
  members: Readonly<Record<string, JsonSchema>>,
  indent: string,
): string[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const preset = member.default === undefined
      ? ""
      : ` Default: ${JSON.stringify(member.default)}.`;
    return comment(`- ${name}: ${member.description ?? ""}${preset}`, indent);
  });
}

/** The keys of the objects in an array or a dictionary. */
function memberSchema(schema: JsonSchema): Record<string, JsonSchema> {
  const other = schema.additionalProperties;
  const inner = schema.items ?? (typeof other === "object" ? other : undefined);
  const object = inner?.anyOf?.find((branch) => branch.properties) ?? inner;
  return { ...object?.properties };
}

/** Without a space behind the "#", which tells it from prose. */
function outCommented(key: string, value: unknown, indent: string): string[] {
  return `${JSON.stringify(key)}: ${formatValue(value)},`.split("\n")
    .map((line) => line.replace(/^ */, `${indent}$&#`));
}

/** JSON on one line where it is short. */
function formatValue(value: unknown): string {
  const short = JSON.stringify(value, undefined, 1).replace(/\s*\n\s*/g, " ")
    .replace("[ ]", "[]").replace("{ }", "{}");
  return short.length < 50 ? short : JSON.stringify(value, undefined, 2);
}

/** A comment in lines of bounded width; those of a list item stand under its text. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  const hanging = text.startsWith("- ") ? "  " : "";
  const room = WIDTH - indent.length - 2;
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(last === undefined ? word : hanging + word);
  }
  return lines.map((line) => `${indent}# ${line}`.trimEnd());
}

/** The text of `conf/schema.json`. */
export function formatJsonSchema(): string {
  const schema = {
    title: "The configuration of denomaild",
    ...configurationSchema(),
  };
  return JSON.stringify(schema, undefined, 2) + "\n";
}
