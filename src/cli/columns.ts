/** Rows of words in columns, two spaces apart. */

/** A line for every row; words that are not the last of their row are padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((word, index) => word.padEnd(widths[index] ?? 0)).join("  ")
      .trimEnd()
  );
}
