/** Several files as one: objects merge key by key, a value that is given twice is refused. */

import type { Entry, ObjectTree, Tree } from "./extended_json.ts";
import { formatPlace, type Place, type Problem, problemAt } from "./place.ts";

/** A plain value, as `JSON.parse` would give it. */
export type Value = string | number | boolean | null | Value[] | {
  [key: string]: Value;
};

/** A way into a value: object keys and array indices. */
export type Path = readonly PropertyKey[];

/** What all files say together, and where each part of it stands. */
export interface Merged {
  readonly value: Value;
  readonly problems: readonly Problem[];
  /** Where `path` was given; of a path that was not, the nearest place around it. */
  readonly placeOf: (path: Path) => Place | undefined;
}

/** Merges the root objects of all files, in the order given. */
export function merge(roots: readonly ObjectTree[]): Merged {
  const problems: Problem[] = [];
  const places = new Map<string, Place>();
  const value = mergeObjects(roots, [], { problems, places });
  const placeOf = (path: Path): Place | undefined => {
    for (let end = path.length; end >= 0; end--) {
      const place = places.get(pathKey(path.slice(0, end)));
      if (place !== undefined) return place;
    }
    return roots[0]?.place;
  };
  return { value, problems, placeOf };
}

interface Notes {
  readonly problems: Problem[];
  readonly places: Map<string, Place>;
}

function mergeObjects(
  objects: readonly ObjectTree[],
  path: Path,
  notes: Notes,
): Value {
  const byKey = Map.groupBy(
    objects.flatMap((object) => object.entries),
    (entry) => entry.key,
  );
  const pairs = [...byKey].map(([key, entries]): [string, Value] => {
    const inner = [...path, key];
    notes.places.set(pathKey(inner), entries[0]!.place);
    return [key, mergeEntries(entries, inner, notes)];
  });
  // Not by assignment: a key may be called "__proto__".
  return Object.fromEntries(pairs);
}

function mergeEntries(
  entries: readonly Entry[],
  path: Path,
  notes: Notes,
): Value {
  const objects = entries.map((entry) => entry.value)
    .filter((value) => value.kind === "object");
  if (objects.length === entries.length) {
    return mergeObjects(objects, path, notes);
  }
  const [first, ...others] = entries as [Entry, ...Entry[]];
  for (const other of others) {
    notes.problems.push(problemAt(
      other.place,
      `"${formatPath(path)}" is given twice; it stands at ${
        formatPlace(first.place)
      } already`,
    ));
  }
  return plainValue(first.value, path, notes);
}

function plainValue(tree: Tree, path: Path, notes: Notes): Value {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "object") return mergeObjects([tree], path, notes);
  return tree.items.map((item, index) => {
    const inner = [...path, index];
    notes.places.set(pathKey(inner), item.place);
    return plainValue(item, inner, notes);
  });
}

/** What stands at `path` in `root`; undefined where nothing does. */
export function valueAt(root: Value, path: Path): Value | undefined {
  let at: unknown = root;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) {
      return undefined;
    }
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at as Value;
}

/** "SMTP.timeout", "Listeners[2].port", `Accounts["alice@example.test"]`. */
export function formatPath(path: Path): string {
  return path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^\w+$/.test(String(step))
      ? `.${String(step)}`
      : `[${JSON.stringify(step)}]`;
  }).join("").replace(/^\./, "");
}

function pathKey(path: Path): string {
  return JSON.stringify(path);
}
