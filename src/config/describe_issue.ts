/** zod's issues in our words: what is wrong with which key, and what was meant. */

import type { z } from "zod";
import { formatPath, type Path, type Value, valueAt } from "./merge.ts";
import { configurationSchema, type JsonSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong, and where. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** Describes `issue` of the value `root`; one issue may name several keys. */
export function describeIssue(issue: Issue, root: Value): Finding[] {
  const path = issue.path;
  const name = `"${formatPath(path)}"`;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key]));
    case "invalid_union":
      return describeUnion(issue, root);
    case "invalid_key":
    case "invalid_element":
      return [{
        path,
        message: `${name} ${issue.issues[0]?.message ?? "is not valid"}`,
      }];
    case "invalid_type":
      return [{ path, message: wrongType(issue, name, valueAt(root, path)) }];
    case "invalid_value":
      return [wrongChoice(issue, name, valueAt(root, path))];
    case "too_small":
    case "too_big":
      return [{ path, message: `${name} ${outOfBounds(issue)}` }];
    default:
      return [{ path, message: `${name} ${issue.message}` }];
  }
}

function unknownKey(path: Path): Finding {
  const key = String(path.at(-1));
  const around = schemaAt(path.slice(0, -1));
  const known = Object.keys(around?.properties ?? {});
  const near = suggest(key, known);
  const elsewhere = objectsWith(key).map((name) => `"${name}.${key}"`);
  const meant = near !== undefined
    ? `; did you mean "${near}"?`
    : elsewhere.length > 0
    ? `; did you mean ${elsewhere.join(" or ")}?`
    : known.length > 0 && known.length <= 8
    ? `; one of ${known.map((name) => `"${name}"`).join(", ")} was meant`
    : "";
  return { path, message: `"${formatPath(path)}" is not a known key${meant}` };
}

/** Tells of the branch that the value was most likely meant for. */
function describeUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  root: Value,
): Finding[] {
  const fits = issue.errors.find((branch) =>
    !branch.some((inner) =>
      inner.code === "invalid_type" && inner.path.length === 0
    )
  );
  if (fits !== undefined) {
    return fits.flatMap((inner) =>
      describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, root)
    );
  }
  const wanted = issue.errors.map((branch) =>
    branch[0]?.code === "invalid_type"
      ? typeNames[branch[0].expected]
      : undefined
  );
  const found = typeOf(valueAt(root, issue.path));
  return [{
    path: issue.path,
    message: `"${formatPath(issue.path)}" is ${found}; ${
      wanted.join(" or ")
    } was meant`,
  }];
}

// The value itself is not shown: it may be a password.
function wrongType(
  issue: Extract<Issue, { code: "invalid_type" }>,
  name: string,
  value: Value | undefined,
): string {
  const wanted = typeNames[issue.expected] ?? issue.expected;
  return value === undefined
    ? `${name} is missing; ${wanted} was meant`
    : `${name} is ${typeOf(value)}; ${wanted} was meant`;
}

function wrongChoice(
  issue: Extract<Issue, { code: "invalid_value" }>,
  name: string,
  value: Value | undefined,
): Finding {
  const choices = issue.values.map(String);
  const near = typeof value === "string" ? suggest(value, choices) : undefined;
  const meant = near === undefined
    ? `one of ${choices.map((choice) => `"${choice}"`).join(", ")} was meant`
    : `did you mean "${near}"?`;
  const message = value === undefined
    ? `${name} is missing; ${meant}`
    : `${name} is ${JSON.stringify(value)}; ${meant}`;
  return { path: issue.path, message };
}

function outOfBounds(
  issue: Extract<Issue, { code: "too_small" | "too_big" }>,
): string {
  if (issue.origin === "string") return "is empty; a text was meant";
  if (issue.origin === "array") return "is empty; at least one entry was meant";
  return issue.code === "too_small"
    ? `is too small; ${issue.minimum} or more was meant`
    : `is too large; ${issue.maximum} or less was meant`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text in quotes",
  number: "a whole number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "an array",
};

function typeOf(value: Value | undefined): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value === Infinity || value === -Infinity) return "beyond all numbers";
  if (typeof value === "number" && !Number.isInteger(value)) {
    return "a fraction";
  }
  const names: Record<string, string> = {
    string: "a text",
    number: "a number",
    boolean: "true or false",
    object: "an object",
  };
  return names[typeof value] ?? "nothing";
}

/** The part of the schema that describes what stands at `path`. */
function schemaAt(path: Path): JsonSchema | undefined {
  let at: JsonSchema | undefined = configurationSchema();
  for (const step of path) {
    at = typeof step === "number" ? at?.items : propertyOf(at, String(step));
    at = at?.anyOf?.find((branch) => branch.type === "object") ?? at;
  }
  return at;
}

function propertyOf(
  at: JsonSchema | undefined,
  key: string,
): JsonSchema | undefined {
  const other = at?.additionalProperties;
  return at?.properties?.[key] ??
    (typeof other === "object" ? other : undefined);
}

/** The objects of the top level that have `key`. */
function objectsWith(key: string): string[] {
  return Object.entries(configurationSchema().properties ?? {})
    .filter(([, inner]) => Object.hasOwn(inner.properties ?? {}, key))
    .map(([name]) => name);
}
