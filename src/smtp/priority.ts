/** Priorities of messages (RFC 6710 §6 `priority-value`). */

/** -9 to 9; undefined for anything else, "+3", "-0" and "03" too. */
export function parsePriority(text: string): number | undefined {
  return /^(?:0|-?[1-9])$/.test(text) ? Number(text) : undefined;
}
