/** What a mistyped word was meant to be. */

import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The one of `known` that is nearest to `word`, case aside, when it is near enough to be meant. */
export function suggest(
  word: string,
  known: readonly string[],
): string | undefined {
  const lower = word.toLowerCase();
  const ranked = known
    .map((name) => ({
      name,
      far: levenshteinDistance(lower, name.toLowerCase()),
    }))
    .filter(({ name, far }) => far <= farthest(name))
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.name;
}

/** Two letters that changed places are two steps. */
function farthest(name: string): number {
  return name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
}
