/** The world of a POP3 session in memory: mail that can fail, accounts, a clock that stands. */

import type { Accounts } from "../../src/accounts/mod.ts";
import type {
  Mailbox,
  MailUser,
  MessageOctets,
  Meta,
  Store,
} from "../../src/store/mod.ts";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { pop3Defaults, type Pop3Setting } from "../../src/pop3/mod.ts";

/** What can be looked at, and what can be made to fail. */
export class MailboxForTests implements Mailbox {
  readonly uidValidity = 1;
  messages: { meta: Meta; octets: Uint8Array }[] = [];
  /** Message reads that were begun, and octets that are still open. */
  reads = 0;
  open = 0;
  /** Thrown by the next calls of the methods named. */
  failures: Partial<Record<"metas" | "read" | "expunge" | "setFlags", Error>> =
    {};
  /** A read of the octets fails at this octet. */
  breakAt = Infinity;
  readonly copied: [number[], string][] = [];

  constructor(readonly name: string) {}

  add(...texts: string[]): this {
    for (const text of texts) {
      const uid = (this.messages.at(-1)?.meta.uid ?? 10) + 1;
      const octets = latin1Encode(text);
      this.messages.push({ meta: metaOf(uid, octets), octets });
    }
    return this;
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
  ): Promise<void> {
    this.messages = this.messages.map(({ meta, octets }) =>
      uids.includes(meta.uid)
        ? { meta: { ...meta, flags }, octets }
        : { meta, octets }
    );
    return this.#outcome("setFlags", undefined);
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
  };
}

/** Logins: each password is "secret". Eve is disabled; only Alice opted in to APOP. */
const logins = ["alice@example.test", "bob@example.test", "jörg@example.test"];

function account(address: string) {
  const legacy = address === "alice@example.test";
  return { address, enabled: true, receives: true, legacy };
}

const accounts: Accounts = {
  verify: (login, password) => {
    const right = password === "secret" || password === " two  spaces " ||
      password === "grün";
    return Promise.resolve(
      logins.includes(login) && right ? account(login) : undefined,
    );
  },
  find: (login) =>
    Promise.resolve(logins.includes(login) ? account(login) : undefined),
  sharedSecret: (login) =>
    Promise.resolve(
      login === "alice@example.test"
        ? { identity: account(login), secret: "secret" }
        : undefined,
    ),
  scram: () => Promise.reject(new Error("not for these tests")),
  resolve: () => Promise.resolve({ kind: "unknown" }),
  owns: () => Promise.resolve(false),
  isLocal: (domain) => domain === "example.test",
};

/** One world; `setting` can be changed through `change`. */
export interface World {
  readonly inbox: MailboxForTests;
  readonly boxes: Map<string, MailboxForTests>;
  readonly locks: Set<string>;
  readonly logged: [string, Record<string, unknown>][];
  readonly setting: Pop3Setting;
  now: number;
}

export function newWorld(change: Partial<Pop3Setting> = {}): World {
  const inbox = new MailboxForTests("INBOX");
  const boxes = new Map([["INBOX", inbox]]);
  const user: MailUser = {
    mailbox: (name) => Promise.resolve(boxes.get(name)),
    mailboxes: () => Promise.resolve([...boxes.keys()]),
    create: (name) => {
      const box = boxes.get(name) ?? new MailboxForTests(name);
      boxes.set(name, box);
      return Promise.resolve(box);
    },
  };
  const store: Store = {
    open: () => Promise.resolve(user),
    close: () => Promise.resolve(),
  };
  const locks = new Set<string>();
  const logged: World["logged"] = [];
  const world: World = {
    inbox,
    boxes,
    locks,
    logged,
    now: 1_700_000_000_000,
    setting: {
      ...pop3Defaults,
      serverName: "mx.example.test",
      accounts,
      store,
      maildrops: locks,
      now: () => world.now,
      random: (octets) => new Uint8Array(octets),
      log: (event, fields) => logged.push([event, fields]),
      tls: false,
      allowPlaintextAuth: true,
      legacy: false,
      mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"],
      expire: "NEVER",
      ...change,
    },
  };
  return world;
}
