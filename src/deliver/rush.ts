/**
 * Notices when mail comes in faster than it can be received and delivered at once.
 *
 * On one disk every file that is delivered and synced holds up the journal that
 * senders wait for. A rush therefore puts deliveries off, for seconds at the most.
 *
 * @module
 */

/** So many messages within {@linkcode WINDOW} milliseconds are a rush. */
const MANY = 20;
const WINDOW = 50;
/** With fewer deliveries under way there is none: one fast sender waits for each 250. */
const BEHIND = 2;
/** Milliseconds after which delivery goes on though the rush does. */
const LONGEST = 3000;
/** Milliseconds that delivery has for itself before it yields again. */
const SHARE = 3000;

export class Rush {
  #since: number | undefined;
  #windowStart = -Infinity;
  #count = 0;
  /** Deliveries overlapped in this window. */
  #isBehind = false;
  /** No rush is seen before. */
  #blindUntil = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param over Called when deliveries may go on. */
  constructor(readonly over: () => void) {}

  get isOn(): boolean {
    return this.#since !== undefined;
  }

  /**
   * A message came.
   *
   * @param underWay Deliveries that had not ended by then.
   */
  note(underWay: number): void {
    const now = performance.now();
    if (now - this.#windowStart > WINDOW) {
      this.#windowStart = now;
      this.#count = 0;
      this.#isBehind = false;
    }
    this.#count++;
    this.#isBehind ||= underWay >= BEHIND;
    if (this.isOn || this.#count < MANY || !this.#isBehind) return;
    if (now < this.#blindUntil) return;
    this.#since = now;
    this.#timer = setTimeout(() => this.#look(), WINDOW);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const goesOn = now - this.#windowStart <= WINDOW;
    if (goesOn && now - this.#since! < LONGEST) {
      this.#timer = setTimeout(() => this.#look(), WINDOW);
      return;
    }
    this.#since = undefined;
    if (goesOn) this.#blindUntil = now + SHARE;
    this.over();
  }
}
