/** When a delivery that did not work is tried again. Pure. */

const MINUTE = 60 * 1000;
const FIRST = 10 * 1000;
const LONGEST = 15 * MINUTE;

/**
 * Milliseconds to wait after `attempts` failed ones (1 and more): doubling from ten
 * seconds up to a quarter of an hour.
 */
export function nextAttemptIn(attempts: number): number {
  return Math.min(LONGEST, FIRST * 2 ** Math.min(attempts - 1, 20));
}
