/** Where something stands in a configuration file, and what is wrong there. */

/** A file that was read. */
export interface Source {
  /** As people are told: "conf/denomaild.conf". */
  readonly name: string;
  readonly text: string;
}

export interface Place {
  readonly source: Source;
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
}

/** Something that is wrong (or, as a warning, soon will be). */
export interface Problem {
  readonly severity: "error" | "warning";
  /** The file, or the folder when no single file is to blame. */
  readonly file: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  /** From 1, in characters; 0 when the file as a whole is meant. */
  readonly column: number;
  /** What is wrong, and after "; " what was meant. */
  readonly message: string;
}

/** The problem `message` at `place`, or with a whole file or folder. */
export function problemAt(
  place: Place | string,
  message: string,
  severity: Problem["severity"] = "error",
): Problem {
  if (typeof place === "string") {
    return { severity, file: place, line: 0, column: 0, message };
  }
  const before = place.source.text.slice(0, place.offset).split("\n");
  return {
    severity,
    file: place.source.name,
    line: before.length,
    column: [...before.at(-1)!].length + 1,
    message,
  };
}

/** In the order of the files' names, and within a file as its text goes. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const byName = (a: string, b: string) => a === b ? 0 : a < b ? -1 : 1;
  return problems.toSorted((a, b) =>
    byName(a.file, b.file) || a.line - b.line || a.column - b.column
  );
}

/** "file:line:column: what is wrong; what was meant". */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, message } = problem;
  const where = line === 0 ? file : `${file}:${line}:${column}`;
  return `${where}: ${severity === "warning" ? "warning: " : ""}${message}`;
}

/** "file:line:column". */
export function formatPlace(place: Place): string {
  const { file, line, column } = problemAt(place, "");
  return `${file}:${line}:${column}`;
}
