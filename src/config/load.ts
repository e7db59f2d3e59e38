/** From the texts of configuration files to a configuration, or to all that is wrong with them. */

import { complete, type Configuration, conflictsOf } from "./configuration.ts";
import { describeIssue, type Finding } from "./describe_issue.ts";
import { type ObjectTree, parseExtendedJson } from "./extended_json.ts";
import { mailAddress } from "./kinds.ts";
import { merge, type Merged, type Path, valueAt } from "./merge.ts";
import { type NamedFiles, namedFiles } from "./named_files.ts";
import {
  inOrder,
  type Place,
  type Problem,
  problemAt,
  type Source,
} from "./place.ts";
import { schema } from "./schema.ts";

/** What is looked at beyond the files' own text, one by one, right or wrong as all else may be. */
export interface Named {
  readonly files: NamedFiles;
  /** By account, in canonical form: a password, or a hash of it. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Where the key at `path` was given; undefined when there are no files. */
  readonly placeOf: (path: Path) => Place | undefined;
}

/** A configuration that may be used. */
export interface Loaded extends Named {
  readonly configuration: Configuration;
}

/** What makes a configuration useless: every error of every file. */
export interface Rejected extends Named {
  readonly problems: readonly Problem[];
}

/**
 * Reads files that count as one: objects merge key by key, in the order given.
 *
 * Relative paths in them become relative to the folder of the file's name.
 */
export function loadConfiguration(
  files: readonly Source[],
): Loaded | Rejected {
  const { roots, problems } = parseAll(files);
  const merged = merge(roots);
  const named: Named = {
    files: namedFiles(merged),
    passwords: passwordsOf(merged),
    placeOf: byCanonicalName(merged),
  };
  const result = schema.safeParse(merged.value);
  // Conflicts between keys wait: a key that is mistyped or gone may be their cause.
  const findings: Finding[] = result.success
    ? conflictsOf(result.data)
    : result.error.issues.flatMap((issue) =>
      describeIssue(issue, merged.value)
    );
  const all = [
    ...problems,
    ...merged.problems,
    ...findings.map(({ path, message }) =>
      problemAt(merged.placeOf(path) ?? files[0]?.name ?? "", message)
    ),
  ];
  if (all.length > 0 || !result.success) {
    return { ...named, problems: inOrder(all) };
  }
  return { ...named, configuration: complete(result.data, merged) };
}

function passwordsOf({ value }: Merged): Map<string, string> {
  const accounts = Object.keys(Object(valueAt(value, ["Accounts"])));
  return new Map(accounts.flatMap((account) => {
    const address = mailAddress.safeParse(account).data;
    const password = valueAt(value, ["Accounts", account, "password"]) ??
      valueAt(value, ["Accounts", account]);
    // An empty one is the schema's to refuse.
    return address !== undefined && typeof password === "string" && password
      ? [[address, password] as const]
      : [];
  }));
}

/** Places by the names that the configuration has, which may be written otherwise in the files. */
function byCanonicalName({ value, placeOf }: Merged): Named["placeOf"] {
  return (path) => {
    const [object, name, ...rest] = path;
    if (object !== "Accounts" && object !== "Aliases" || name === undefined) {
      return placeOf(path);
    }
    const entries = (value as Record<string, object>)[object] ?? {};
    const written = Object.keys(entries)
      .find((key) => mailAddress.safeParse(key).data === name);
    return placeOf([object, written ?? name, ...rest]);
  };
}

function parseAll(files: readonly Source[]) {
  const roots: ObjectTree[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const tree = parseExtendedJson(file);
    if ("severity" in tree) problems.push(tree);
    else if (tree.kind === "object") roots.push(tree);
    else {problems.push(
        problemAt(tree.place, 'the file is no object; "{ … }" was meant'),
      );}
  }
  return { roots, problems };
}

/** The configuration of a server that was told nothing. */
export function defaultConfiguration(): Configuration {
  return complete(schema.parse({}), merge([]));
}
