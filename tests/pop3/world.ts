/** The world of a POP3 session in memory: mail that can fail, accounts, a clock that stands. */

import type { Accounts } from "../../src/accounts/mod.ts";
import type { MailUser, Store } from "../../src/store/mod.ts";
import { pop3Defaults, type Pop3Setting } from "../../src/pop3/mod.ts";
import { StandInMailbox, StandInUser } from "./stand_in_mailbox.ts";

/** Logins: each password is "secret". Eve is disabled; only Alice opted in to APOP. */
const logins = ["alice@example.test", "bob@example.test", "jörg@example.test"];

function account(address: string) {
  const legacy = address === "alice@example.test";
  return {
    address,
    enabled: true,
    receives: true,
    legacy,
    details: "inbox" as const,
  };
}

const accounts: Accounts = {
  offersLegacy: () => Promise.resolve(true),
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
  readonly inbox: StandInMailbox;
  readonly boxes: Map<string, StandInMailbox>;
  readonly locks: Set<string>;
  readonly logged: [string, Record<string, unknown>][];
  readonly setting: Pop3Setting;
  now: number;
}

export function newWorld(change: Partial<Pop3Setting> = {}): World {
  const user = new StandInUser();
  const { inbox, boxes } = user;
  const store: Store = {
    // POP3 asks for no more than the stand-in has.
    open: () => Promise.resolve(user as unknown as MailUser),
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
      accounts: { ...accounts },
      store,
      maildrops: locks,
      now: () => world.now,
      random: (octets) => new Uint8Array(octets),
      log: (event, fields) => logged.push([event, fields]),
      tls: false,
      allowPlaintextAuth: true,
      offersApop: false,
      mechanisms: ["PLAIN", "LOGIN"],
      expire: "NEVER",
      ...change,
    },
  };
  return world;
}
