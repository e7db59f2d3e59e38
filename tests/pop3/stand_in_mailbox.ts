/** Small stand-ins for the mailboxes that POP3 sees. */

import { latin1Encode } from "../../src/bytes/mod.ts";
import type { Mailbox, MessageOctets, Meta } from "../../src/store/mod.ts";

type SeenByPop3 =
  | "name"
  | "uidValidity"
  | "metas"
  | "read"
  | "append"
  | "setFlags"
  | "expunge"
  | "watch";

/** A mailbox that can be looked at, and be made to fail. */
export class StandInMailbox implements Pick<Mailbox, SeenByPop3> {
  readonly uidValidity = 1;
  messages: { meta: Meta; octets: Uint8Array }[] = [];
  /** Message reads that were begun, and octets that are still open. */
  reads = 0;
  open = 0;
  /** What calls of these methods reject with. */
  failures: Partial<Record<"metas" | "read" | "expunge" | "setFlags", Error>> =
    {};
  /** A read of the octets fails at this octet. */
  breakAt = Infinity;
  #nextUid = 11;
  readonly copied: [number[], string][] = [];

  constructor(readonly name: string) {}

  add(...texts: string[]): this {
    for (const text of texts) this.receive(latin1Encode(text));
    return this;
  }

  /** Delivers a message. UIDs begin at 11, so that nobody takes them for numbers. */
  receive(octets: Uint8Array): void {
    const meta = metaOf(this.#nextUid++, octets);
    this.messages.push({ meta, octets });
  }

  metas(): Promise<readonly Meta[]> {
    return this.#outcome("metas", this.messages.map(({ meta }) => meta));
  }

  read(uid: number): Promise<MessageOctets> {
    this.reads++;
    const found = this.messages.find(({ meta }) => meta.uid === uid);
    if (found === undefined) {
      const gone = new Error("gone");
      gone.name = "NoSuchMessage";
      return Promise.reject(gone);
    }
    this.open++;
    return this.#outcome("read", this.#octetsOf(found.octets));
  }

  expunge(uids: readonly number[]): Promise<void> {
    if (this.failures.expunge) return Promise.reject(this.failures.expunge);
    this.messages = this.messages.filter(({ meta }) =>
      !uids.includes(meta.uid)
    );
    return Promise.resolve();
  }

  setFlags(
    uids: readonly number[],
    _how: string,
    flags: readonly string[],
  ): Promise<readonly number[]> {
    this.messages = this.messages.map(({ meta, octets }) =>
      uids.includes(meta.uid)
        ? { meta: { ...meta, flags }, octets }
        : { meta, octets }
    );
    return this.#outcome("setFlags", []);
  }

  copy(uids: readonly number[], to: string): Promise<void> {
    this.copied.push([[...uids], to]);
    return Promise.resolve();
  }

  append(): Promise<Meta> {
    return Promise.reject(new Error("not for these tests"));
  }

  watch(): () => void {
    return () => {};
  }

  #outcome<T>(method: keyof typeof this.failures, value: T): Promise<T> {
    const failure = this.failures[method];
    return failure ? Promise.reject(failure) : Promise.resolve(value);
  }

  #octetsOf(octets: Uint8Array): MessageOctets {
    let at = 0;
    return {
      size: octets.length,
      read: (max) => {
        if (at >= this.breakAt) return Promise.reject(new Error("bad sector"));
        const next = octets.slice(at, Math.min(at + max, this.breakAt));
        at += next.length;
        return Promise.resolve(next.length === 0 ? undefined : next);
      },
      skip: (octets) => void (at += octets),
      close: () => this.open--,
    };
  }
}

function metaOf(uid: number, octets: Uint8Array): Meta {
  return {
    uid,
    size: octets.length,
    flags: [],
    internalDate: 0,
    modseq: uid,
    uniqueId: `u${uid}`,
    savedDate: 0,
    emailId: `M${uid}`,
  };
}

export class StandInUser {
  readonly inbox = new StandInMailbox("INBOX");
  readonly boxes = new Map([["INBOX", this.inbox]]);

  mailbox(name: string): Promise<StandInMailbox | undefined> {
    return Promise.resolve(this.boxes.get(name));
  }

  mailboxes(): Promise<readonly string[]> {
    return Promise.resolve([...this.boxes.keys()]);
  }

  create(name: string): Promise<StandInMailbox> {
    const box = this.boxes.get(name) ?? new StandInMailbox(name);
    this.boxes.set(name, box);
    return Promise.resolve(box);
  }
}
