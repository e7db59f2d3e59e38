/** What a scenario found, as a Markdown table and as JSON lines. */

export interface Finding {
  readonly scenario: string;
  readonly what: string;
  readonly unit: string;
  /** Samples of denomaild, in the order they were taken. */
  readonly ours: readonly number[];
  /** Samples of the program beside it, and its name. */
  readonly theirs?: readonly number[];
  readonly beside?: string;
  /** What the project promises: a limit of our median, or of its ratio to theirs. */
  readonly target?: {
    readonly of: "median" | "ratio";
    readonly at: "least" | "most";
    readonly value: number;
  };
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Ours divided by theirs, round by round, so that what disturbs both for a while
 * counts little; the median of the rounds. Undefined when nobody ran beside us.
 */
export function ratioOf({ ours, theirs }: Finding): number | undefined {
  return theirs && median(ours.map((value, round) => value / theirs[round]!));
}

/** Whether the target is met; undefined without one. */
export function isMet(finding: Finding): boolean | undefined {
  const { target, ours } = finding;
  if (!target) return undefined;
  const value = target.of === "median" ? median(ours) : ratioOf(finding)!;
  return target.at === "least" ? value >= target.value : value <= target.value;
}

export function markdownTable(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => {
    const { what, unit, ours, theirs, beside } = finding;
    const ratio = ratioOf(finding);
    return [
      `${what} (${unit})`,
      showNumber(median(ours)),
      theirs ? `${showNumber(median(theirs))} (${beside})` : "",
      ratio === undefined ? "" : `${ratio.toFixed(2)}×`,
      showTarget(finding),
    ];
  });
  const head = ["", "denomaild", "beside it", "ratio", "target"];
  return [head, head.map((_, i) => i === 0 ? "---" : "--:"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function showTarget(finding: Finding): string {
  const { target } = finding;
  if (!target) return "";
  const sign = target.at === "least" ? "≥" : "≤";
  const value = `${sign} ${target.value}${target.of === "ratio" ? "×" : ""}`;
  return `${value} ${isMet(finding) ? "met" : "**missed**"}`;
}

function showNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** One JSON object a finding, with all samples. */
export function jsonLines(findings: readonly Finding[]): string {
  return findings.map((finding) => {
    const { ours, theirs } = finding;
    return JSON.stringify({
      ...finding,
      median: median(ours),
      ...(theirs && { theirMedian: median(theirs), ratio: ratioOf(finding) }),
      ...(finding.target && { met: isMet(finding) }),
    }) + "\n";
  }).join("");
}

/** Progress, on the error output so that the table stays clean. */
export function say(text: string): void {
  console.error(text);
}
