/** Names of messages in the spool: in the order of time, never twice. */

/** Numbers a millisecond's messages; three places in base 36. */
const PER_MILLISECOND = 36 ** 3;
const SUFFIXES = 36 ** 5;

/**
 * A source of ids such as "mfz3k1x9a000-0k3j2": time, count, and a random part that
 * keeps two processes apart. They sort by age as plain text, even when the clock is
 * set back while the process runs.
 *
 * @param now Milliseconds since 1970.
 */
export function messageIds(
  now: () => number,
  random: () => number,
): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const time = Math.max(last, Math.floor(now()));
    count = time === last ? count + 1 : 0;
    last = time;
    if (count === PER_MILLISECOND) {
      last++;
      count = 0;
    }
    const suffix = Math.floor(random() * SUFFIXES);
    return `${base36(last, 9)}${base36(count, 3)}-${base36(suffix, 5)}`;
  };
}

function base36(value: number, width: number): string {
  return value.toString(36).padStart(width, "0");
}
