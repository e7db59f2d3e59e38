/**
 * Sessions: protocol dialogues as generators that know no socket.
 *
 * A session yields a {@linkcode Step} when it cannot go on alone and is resumed
 * with the step's outcome. Whoever steps it (the network driver, a test, a fuzzer)
 * decides where bytes come from and what time it is. Raw `yield` stands only in
 * this folder; everyone else writes `yield*`, which keeps each outcome's type.
 *
 * @module
 */

/** What a session may wait for. */
export type Step =
  | InputStep
  /** Input that has come by now, or its end; nobody waits for it. */
  | { readonly kind: "poll" }
  | { readonly kind: "flush" }
  | {
    readonly kind: "upgrade";
    readonly to: Upgrade;
    readonly input?: Uint8Array;
  }
  | { readonly kind: "work"; readonly run: () => Promise<unknown> };

/** More bytes, the end of the input, or (where given) `wake`; resumed with an {@linkcode InputEvent}. */
export interface InputStep {
  readonly kind: "input";
  /** How long to wait, in milliseconds. Past it the driver throws {@linkcode TimedOut} into the session. */
  readonly patience: number;
  /** False goes on with the running clock, so that a byte now and then does not win more time. */
  readonly fresh: boolean;
  /** True between commands: the driver may throw {@linkcode ShuttingDown} here. */
  readonly atRest: boolean;
  /** True inside a message: a wide read buffer is worth its memory. */
  readonly expectsMuch?: boolean;
  /** A second thing to wait for, such as a change in a mailbox. */
  readonly wake?: Promise<unknown>;
}

export type InputEvent = "input" | "wake";

/** What a connection can be turned into. */
export type Upgrade = "tls" | "deflate";

/** A dialogue that ends with a `T`. */
export type Session<T> = Generator<Step, T, unknown>;

/** The peer went away while the session still wanted something from it. */
export class Disconnected extends Error {
  override name = "Disconnected";
}

/** The peer let the step's patience run out. */
export class TimedOut extends Error {
  override name = "TimedOut";
}

/** The server is about to stop: thrown into sessions that wait for a command. */
export class ShuttingDown extends Error {
  override name = "ShuttingDown";
}

/** Waits for `run`; its rejection is thrown here. */
export function* work<T>(run: () => Promise<T>): Session<T> {
  return (yield { kind: "work", run }) as T;
}

/** Waits for `value` where it is a promise, and goes straight on where it is not. */
export function* settle<T>(value: T | Promise<T>): Session<T> {
  return value instanceof Promise ? yield* work(() => value) : value;
}

const FLUSH: Step = { kind: "flush" };

/** Waits until all that was sent has been taken by the peer's side of the connection. */
export function* flush(): Session<void> {
  yield FLUSH;
}
