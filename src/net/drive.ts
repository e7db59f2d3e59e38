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
  #reading: Promise<void> | undefined;
  #readResult: Uint8Array | undefined;
  #readFailed = false;
  /** A read ended that nobody has taken yet. */
  #readIsDone = false;
  #wakeup: ((why: Wakeup) => void) | undefined;
  #stopping = false;
  #atRest = false;

  constructor(readonly options: DriveOptions) {
    this.#transport = options.transport;
    this.#deadline = options.deadlines.add(() => this.#expire());
  }

  /** Runs the session to its end and closes the connection. Rejects only with the session's own bug. */
  async run(): Promise<void> {
    const { session } = this.options;
    try {
      let result: Resumed = session.next();
      while (!result.done) result = await this.#perform(result.value);
      await this.#flush();
      if (!this.options.wire.peerIsDone || this.options.wire.buffered > 0) {
        await this.#linger();
      }
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
    if (this.#atRest) this.#wakeup?.("stop");
  }

  /** Ends the connection now; the session is told that its peer is gone. */
  abort(): void {
    this.#transport.close();
  }

  async #perform(step: Step): Promise<Resumed> {
    const { session } = this.options;
    try {
      switch (step.kind) {
        case "input":
          return await this.#input(step);
        case "poll":
          this.#startRead();
          if (this.#readIsDone) this.#feedRead();
          return session.next();
        case "flush":
          await this.#flush();
          return session.next();
        case "work":
          return await this.#work(step.run);
        case "upgrade":
          await this.#upgrade(step);
          return session.next();
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      // The session ends its own affairs; what it still sends goes nowhere.
      const result = session.throw(new Disconnected());
      if (result.done) throw error;
      return result;
    }
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

  async #input(step: InputStep): Promise<Resumed> {
    const { session } = this.options;
    await this.#flush();
    const event = await this.#wait(step);
    switch (event) {
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
    else wire.feed(octets);
  }

  #wait(step: InputStep): Promise<Wakeup> {
    if (step.atRest && this.#stopping) return Promise.resolve("stop");
    if (step.fresh) this.#until = performance.now() + step.patience;
    this.#deadline.at = this.#until;
    this.#startRead();
    return new Promise((resolve) => {
      this.#atRest = step.atRest;
      const wakeup = (why: Wakeup) => {
        if (this.#wakeup !== wakeup) return;
        this.#wakeup = undefined;
        this.#atRest = false;
        this.#deadline.at = Infinity;
        resolve(why);
      };
      this.#wakeup = wakeup;
      this.#reading?.then(() => wakeup("input"));
      step.wake?.then(() => wakeup("wake"));
    });
  }

  /** Starts reading, unless a read that a wake-up overtook is still under way. */
  #startRead(): void {
    this.#reading ??= this.#transport.read().then(
      (octets) => {
        this.#readResult = octets;
        this.#readIsDone = true;
      },
      () => {
        this.#readFailed = true;
        this.#readIsDone = true;
      },
    );
  }

  #takeRead(): Uint8Array | undefined {
    const octets = this.#readResult;
    this.#reading = undefined;
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
    for (let at = 0; at < bytes.length; at += chunk) {
      await this.#write(
        bytes.length <= chunk ? bytes : bytes.subarray(at, at + chunk),
      );
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#deadline.at = performance.now() + limits.wire.writePatience;
    try {
      await this.#transport.write(bytes);
    } catch (error) {
      throw new ConnectionLost(error);
    } finally {
      this.#deadline.at = Infinity;
    }
  }

  async #upgrade({ to, input }: UpgradeStep): Promise<void> {
    await this.#flush();
    this.#reading = undefined;
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
    if (this.#wakeup) this.#wakeup("timeout");
    else this.#transport.close();
  }

  /**
   * Lets the peer read the last reply: a close with octets unread makes the kernel
   * send a reset, which may overtake it.
   */
  async #linger(): Promise<void> {
    try {
      await this.#transport.closeWrite();
      this.#deadline.at = performance.now() + LINGER;
      for (let left = 16; left > 0; left--) {
        this.#startRead();
        await this.#reading;
        if (this.#takeRead() === undefined) break;
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
