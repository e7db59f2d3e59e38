/**
 * Gives back the memory that only a start needs.
 *
 * V8 keeps what it once had until it needs it, and at rest it never does: an eighth
 * of what the process takes. A collection of everything, once, returns it. V8 offers it
 * under `--v8-flags=--expose-gc`; without that flag nothing happens here.
 *
 * What a busy hour leaves behind is bounded by `--max-semi-space-size`: without it the
 * space for new objects grows to tens of megabytes and stays so, which is a third of
 * what thousands of idle connections take. Larger ones gain no speed here. And
 * `--invocation-count-for-maglev` keeps a start, which runs nothing a thousand times
 * but the schema of the configuration, from loading the optimizing compiler's code.
 *
 * @module
 */

/** Milliseconds after the start: those who waited for it go first. */
const LATER = 1000;

type Collect = (options: {
  type: "major";
  execution: "sync";
  flavor: "last-resort";
}) => void;

/** Tidies up the calling thread, a moment from now. */
export function tidyMemorySoon(): void {
  const { gc } = globalThis as { gc?: Collect };
  if (gc === undefined) return;
  const timer = setTimeout(
    () => gc({ type: "major", execution: "sync", flavor: "last-resort" }),
    LATER,
  );
  // Nobody stays for this alone.
  Deno.unrefTimer(timer);
}
