/** What a mistyped subcommand or option was meant to be. */

/** The name that is nearest to `word`, when one is near. */
export async function meantWord(
  word: string,
  known: readonly { readonly name: string }[],
): Promise<string | undefined> {
  // Only who mistyped waits for the configuration's code to load.
  const { suggest } = await import("../config/mod.ts");
  return suggest(word, [...new Set(known.map(({ name }) => name))]);
}
