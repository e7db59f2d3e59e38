/**
 * The only loop that waits: steps a session, reads and writes its connection, runs
 * its work, performs its upgrades and minds the clock.
 *
 * @module
 */

import {
  Disconnected,
  type InputEvent,
  type InputStep,
  limits,
  type LinkTls,
  type Session,
  ShuttingDown,
  type Step,
  TimedOut,
  type Wire,
} from "../wire/mod.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { DeflateTransport } from "./deflate.ts";
import type { Transport } from "./transport.ts";

type Resumed = IteratorResult<Step, void>;
type UpgradeStep = Extract<Step, { kind: "upgrade" }>;
type Wakeup = InputEvent | "timeout" | "stop";

export interface DriveOptions {
  readonly wire: Wire;
  readonly session: Session<void>;
  readonly transport: Transport;
  readonly deadlines: Deadlines;
  /** Protects the connection; returns what to go on with. */
  readonly upgrade: (
    input: Uint8Array | undefined,
  ) => Promise<{ transport: Transport; tls: LinkTls }>;
}

/** A session under way. */
export class Drive {
  #transport: Transport;
  #deadline: Deadline;
  /** When the wait that goes on over several reads is over. */
  #until = 0;
  #isReading = false;
  #readResult: Uint8Array | undefined;
  #readFailed = false;
  /** A read ended that nobody has taken yet. */
  #readIsDone = false;
  #stopping = false;
  /** What the session waits for, and what ends that wait. */
  #waiting: InputStep | undefined;
  #resolve: ((why: Wakeup) => void) | undefined;

  constructor(readonly options: DriveOptions) {
    this.#transport = options.transport;
    this.#deadline = options.deadlines.add(() => this.#expire());
  }

  /** Runs the session to its end and closes the connection. Rejects only with the session's own bug. */
  async run(): Promise<void> {
    const { session, wire } = this.options;
    try {
      let result: Resumed = session.next();
      while (!result.done) {
        const step = result.value;
        try {
          if (step.kind !== "input") {
            result = await this.#perform(step);
            continue;
          }
          // One a command: here stands whatever saves a promise.
          if (wire.hasOutput) await this.#flush();
          result = this.#resume(await this.#wait(step));
        } catch (error) {
          result = this.#lose(error);
        }
      }
      await this.#flush();
      if (!wire.peerIsDone || wire.buffered > 0) await this.#linger();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    } finally {
      this.options.deadlines.remove(this.#deadline);
      this.#transport.close();
    }
  }

  /** Asks the session to end at its next rest. */
  stop(): void {
    this.#stopping = true;
    if (this.#waiting?.atRest) this.#wake("stop");
  }

  /** Ends the connection now; the session is told that its peer is gone. */
  abort(): void {
    this.#transport.close();
  }

  #perform(step: Exclude<Step, InputStep>): Resumed | Promise<Resumed> {
    const { session } = this.options;
    switch (step.kind) {
      case "poll":
        this.#startRead();
        if (this.#readIsDone) this.#feedRead();
        return session.next();
      case "flush":
        return this.#flush().then(() => session.next());
      case "work":
        return this.#work(step.run);
      case "upgrade":
        return this.#upgrade(step).then(() => session.next());
    }
  }

  /** The session ends its own affairs; what it still sends goes nowhere. */
  #lose(error: unknown): Resumed {
    if (!(error instanceof ConnectionLost)) throw error;
    const result = this.options.session.throw(new Disconnected());
    if (result.done) throw error;
    return result;
  }

  async #work(run: () => Promise<unknown>): Promise<Resumed> {
    const { session } = this.options;
    let value: unknown;
    try {
      value = await run();
    } catch (error) {
      return session.throw(error);
    }
    return session.next(value);
  }

  /** Goes on after a wait for input. */
  #resume(why: Wakeup): Resumed {
    const { session } = this.options;
    switch (why) {
      case "timeout":
        return session.throw(new TimedOut());
      case "stop":
        return session.throw(new ShuttingDown());
      case "wake":
        return session.next("wake");
      case "input":
        this.#feedRead();
        return session.next("input");
    }
  }

  #feedRead(): void {
    const { wire } = this.options;
    const octets = this.#takeRead();
    if (octets === undefined) wire.feedEof();
    else wire.lend(octets);
  }

  #wait(step: InputStep): Promise<Wakeup> {
    if (step.atRest && this.#stopping) return Promise.resolve("stop");
    if (step.fresh) this.#until = performance.now() + step.patience;
    this.#deadline.at = this.#until;
    this.#startRead(step.expectsMuch);
    this.#waiting = step;
    step.wake?.then(() => {
      if (this.#waiting === step) this.#wake("wake");
    });
    return this.#woken();
  }

  /** What ends the wait that begins here. */
  #woken(): Promise<Wakeup> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#readIsDone) this.#wake("input");
    });
  }

  /** Ends the wait, if there is one. */
  #wake(why: Wakeup): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    this.#waiting = undefined;
    this.#deadline.at = Infinity;
    resolve(why);
  }

  /** Starts reading, unless a read that a wake-up overtook is still under way. */
  #startRead(expectsMuch = false): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.options.wire.keep();
    this.#transport.read(expectsMuch).then(this.#onRead, this.#onReadFailed);
  }

  readonly #onRead = (octets: Uint8Array | undefined): void => {
    this.#readResult = octets;
    this.#readIsDone = true;
    this.#wake("input");
  };

  readonly #onReadFailed = (): void => {
    this.#readFailed = true;
    this.#readIsDone = true;
    this.#wake("input");
  };

  #takeRead(): Uint8Array | undefined {
    const octets = this.#readResult;
    this.#isReading = false;
    this.#readResult = undefined;
    this.#readIsDone = false;
    // A reset is an end like any other: the session cannot tell, nor need it.
    return this.#readFailed ? undefined : octets;
  }

  async #flush(): Promise<void> {
    const bytes = this.options.wire.takeOutput();
    if (bytes === undefined) return;
    // What a session queued until its wire was full leaves in one go.
    const chunk = 2 * limits.wire.outputHigh;
    try {
      for (let at = 0; at < bytes.length; at += chunk) {
        this.#deadline.at = performance.now() + limits.wire.writePatience;
        await this.#transport.write(
          bytes.length <= chunk ? bytes : bytes.subarray(at, at + chunk),
        );
      }
    } catch (error) {
      throw new ConnectionLost(error);
    } finally {
      this.#deadline.at = Infinity;
    }
  }

  async #upgrade({ to, input }: UpgradeStep): Promise<void> {
    await this.#flush();
    this.#isReading = false;
    this.#readIsDone = false;
    if (to === "deflate") {
      this.#transport = new DeflateTransport(this.#transport);
      return;
    }
    try {
      const { transport } = await this.options.upgrade(input);
      this.#transport = transport;
    } catch (error) {
      throw new ConnectionLost(error);
    }
  }

  /** A wait is over its time: a reader gets TimedOut, a writer loses its connection. */
  #expire(): void {
    if (this.#resolve) this.#wake("timeout");
    else this.#transport.close();
  }

  /**
   * Lets the peer read the last reply: a close with octets unread makes the kernel
   * send a reset, which may overtake it.
   */
  async #linger(): Promise<void> {
    try {
      await this.#transport.closeWrite();
      const over = performance.now() + LINGER;
      for (let left = 16; left > 0; left--) {
        // Whatever ends a wait ends its deadline, too.
        this.#deadline.at = over;
        this.#startRead();
        const why = await this.#woken();
        if (why !== "input" || this.#takeRead() === undefined) break;
      }
    } catch {
      // The peer was faster.
    }
  }
}

/** How long a peer may take to notice that we said goodbye, in milliseconds. */
const LINGER = 2000;

/** The connection cannot be read or written any more. */
class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super("connection lost", { cause });
  }
}
