/**
 * A stage without sockets and without time: sessions are stepped by hand.
 *
 * @module
 */

import {
  type Accounts,
  type ConfiguredAccount,
  memoryAccounts,
} from "../../src/accounts/mod.ts";
import { latin1Decode, latin1Encode, utf8Decode } from "../../src/bytes/mod.ts";
import {
  Disconnected,
  type InputStep,
  type Link,
  type LinkTls,
  type Session,
  ShuttingDown,
  type Step,
  TimedOut,
  Wire,
} from "../../src/wire/mod.ts";
import type { Peer } from "./stage.ts";

/** scrypt's cost: scripts prove who may log in, not how hard passwords are to guess. */
export const CHEAP_HASH = { ln: 4, r: 8, p: 1 };

/** The time of a script: all that passes is what it says. */
export interface Clock {
  /** Milliseconds since 1970. */
  now: number;
}

/** A link whose TLS state the virtual driver may set. */
export type VirtualLink = { -readonly [Key in keyof Link]: Link[Key] };

export const VIRTUAL_TLS: LinkTls = {
  version: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  endPoint: new Uint8Array(32).fill(7),
};

/** A link as scripts see it: documentation addresses, one port a client. */
export function virtualLink(client: number, localPort: number): VirtualLink {
  return {
    id: `session${client}`,
    remoteAddress: `192.0.2.${client}`,
    remotePort: 50000 + client,
    localAddress: "192.0.2.100",
    localPort,
  };
}

/** Performs an upgrade to TLS on `link`; false when the handshake fails. */
export type Handshake = (link: VirtualLink) => boolean;

const handshake: Handshake = (link) => {
  link.tls = VIRTUAL_TLS;
  return true;
};

/** One connection: drives its session up to the next wait for input. */
export class VirtualPeer implements Peer {
  readonly wire = new Wire();
  #session: Session<void>;
  #heard = "";
  #waiting: InputStep | undefined;
  #deadline = Infinity;
  #upgraded = false;
  #closed = false;

  private constructor(
    open: (wire: Wire) => Session<void>,
    readonly link: VirtualLink,
    readonly clock: Clock,
    readonly handshake: Handshake,
  ) {
    this.#session = open(this.wire);
  }

  /** Opens a connection and runs the session to its first wait. */
  static async open(
    open: (wire: Wire) => Session<void>,
    link: VirtualLink,
    clock: Clock,
    shake = handshake,
  ): Promise<VirtualPeer> {
    const peer = new VirtualPeer(open, link, clock, shake);
    await peer.#drive(peer.#session.next());
    return peer;
  }

  async send(bytes: Uint8Array): Promise<void> {
    // In clear text after the upgrade began: no session gets to see it.
    if (this.#closed || this.#upgraded || bytes.length === 0) return;
    this.wire.feed(bytes);
    await this.#resume();
  }

  async end(): Promise<void> {
    if (this.#closed) return;
    this.wire.feedEof();
    await this.#resume();
  }

  async hear(): Promise<string | undefined> {
    // What a change wakes up runs in promises, which come before any timer.
    if (this.#waiting?.wake) await new Promise((done) => setTimeout(done));
    const end = this.#heard.indexOf("\r\n");
    if (end < 0) {
      // What is no line is told as it is: the player refuses it.
      const rest = this.#heard;
      this.#heard = "";
      return rest === "" ? undefined : `${rest}\n`;
    }
    const line = this.#heard.slice(0, end);
    this.#heard = this.#heard.slice(end + 2);
    return utf8Decode(latin1Encode(line)) ?? line;
  }

  hearOctets(count: number): Promise<string> {
    const octets = this.#heard.slice(0, count);
    this.#heard = this.#heard.slice(count);
    return Promise.resolve(octets);
  }

  /** All that the server says is there as soon as it is said. */
  surplus(): Promise<string | undefined> {
    return this.hear();
  }

  startTls(): Promise<boolean> {
    const upgraded = this.#upgraded;
    this.#upgraded = false;
    return Promise.resolve(upgraded);
  }

  isClosed(): Promise<boolean> {
    return Promise.resolve(this.#closed);
  }

  /** The clock has gone on. */
  async expire(): Promise<void> {
    if (!this.#waiting || this.clock.now < this.#deadline) return;
    this.#waiting = undefined;
    await this.#drive(this.#session.throw(new TimedOut()));
  }

  /** The server stops: as the network driver does, only between commands. */
  async stop(): Promise<void> {
    if (!this.#waiting?.atRest) return;
    this.#waiting = undefined;
    await this.#drive(this.#session.throw(new ShuttingDown()));
  }

  /** The driver lets go of the session, whatever it waits for. */
  abandon(): void {
    this.#closed = true;
    this.#waiting = undefined;
    this.#session.return();
  }

  async #resume(): Promise<void> {
    if (!this.#waiting) return;
    this.#waiting = undefined;
    await this.#drive(this.#session.next("input"));
  }

  /** What the session waited for beside input has come, unless it waits no more. */
  async #wake(step: InputStep): Promise<void> {
    if (this.#waiting !== step) return;
    this.#waiting = undefined;
    await this.#drive(this.#session.next("wake"));
  }

  async #drive(first: IteratorResult<Step, void>): Promise<void> {
    let result = first;
    while (!result.done) {
      const step = result.value;
      if (step.kind === "input") {
        this.#collect();
        if (step.fresh) this.#deadline = this.clock.now + step.patience;
        this.#waiting = step;
        step.wake?.then(() => this.#wake(step));
        return;
      }
      result = await this.#perform(step);
    }
    this.#collect();
    this.#closed = true;
  }

  async #perform(
    step: Exclude<Step, InputStep>,
  ): Promise<IteratorResult<Step, void>> {
    if (step.kind === "work") {
      let value: unknown;
      try {
        value = await step.run();
      } catch (error) {
        return this.#session.throw(error);
      }
      return this.#session.next(value);
    }
    if (step.kind === "poll") return this.#session.next();
    this.#collect();
    if (step.kind === "upgrade" && step.to === "tls") {
      if (!this.handshake(this.link)) {
        return this.#session.throw(new Disconnected());
      }
      this.#upgraded = true;
    }
    return this.#session.next();
  }

  #collect(): void {
    const bytes = this.wire.takeOutput();
    if (bytes) this.#heard += latin1Decode(bytes);
  }
}

/** The connections of one stage, under one clock. */
export class VirtualPeers {
  readonly all: VirtualPeer[] = [];

  constructor(readonly clock: Clock) {}

  /** Opens a connection; see {@linkcode VirtualPeer.open}. */
  async open(
    open: (wire: Wire) => Session<void>,
    link: VirtualLink,
    shake?: Handshake,
  ): Promise<VirtualPeer> {
    const peer = await VirtualPeer.open(open, link, this.clock, shake);
    this.all.push(peer);
    return peer;
  }

  /** Lets time pass, and ends the waits that it ends. */
  async wait(milliseconds: number): Promise<void> {
    this.clock.now += milliseconds;
    for (const peer of this.all) await peer.expire();
  }

  async stop(): Promise<void> {
    for (const peer of this.all) await peer.stop();
  }
}

/** The accounts that a script gave, in the domain of all scripts. */
export function scriptAccounts(
  clock: Clock,
  accounts: Record<string, ConfiguredAccount>,
  aliases: Record<string, string[]> = {},
): Accounts {
  return memoryAccounts(
    {
      domains: ["example.test"],
      defaultDomain: "example.test",
      accounts,
      aliases,
    },
    { cost: CHEAP_HASH, now: () => clock.now },
  );
}

/** What `given NAME VALUE` means by VALUE: on, off, a number or a text. */
export function valueOf(text: string): string | number | boolean {
  if (text === "on" || text === "off") return text === "on";
  return /^\d+$/.test(text) ? Number(text) : text;
}
