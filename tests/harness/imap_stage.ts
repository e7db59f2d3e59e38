/**
 * The stage of IMAP scripts. Tags stand literally in them.
 *
 * ```text
 * given user ADDRESS PASSWORD [legacy] [disabled]
 * given mail ADDRESS MAILBOX OCTETS        one more message, as C+ writes octets
 * given flags ADDRESS MAILBOX UID FLAG...  somebody else sets its flags
 * given expunged ADDRESS MAILBOX UID       somebody else removes it
 * given quota ADDRESS OCTETS MESSAGES      limits of the account
 * given trouble accounts                   nobody can say who may log in
 * given trouble disk FAULT                 mail cannot be reached, for this reason
 * given NAME VALUE                         a key of ImapSetting: on, off, a number or a text
 * given mechanisms NAME...
 * given implicit_tls                       connections begin under TLS
 * given slow COUNT                         the store's next step takes so many times ten seconds
 * given ticking MILLISECONDS               every look at the clock moves it on
 * expect mail ADDRESS MAILBOX              its messages: UID, flags, octets
 * expect log EVENT                         the last such event, a field a line
 * expect no log TEXT                       nothing that was logged contains it
 * ```
 *
 * The clock begins at 2026-01-02 03:04:05 UTC; mail lies in memory.
 *
 * @module
 */

import { latin1Decode } from "../../src/bytes/mod.ts";
import {
  type Accounts,
  type ConfiguredAccount,
  memoryAccounts,
} from "../../src/accounts/mod.ts";
import {
  imapDefaults,
  imapSession,
  type ImapSetting,
} from "../../src/imap/mod.ts";
import { DiskError, type DiskFault } from "../../src/disk/mod.ts";
import { type Mailbox, memoryStore, type Store } from "../../src/store/mod.ts";
import { unescapeOctets } from "./octets.ts";
import { LogBook } from "./log_book.ts";
import type { Peer, Stage } from "./stage.ts";
import {
  type Clock,
  scriptAccounts,
  valueOf,
  VIRTUAL_TLS,
  virtualLink,
  VirtualPeers,
} from "./virtual_stage.ts";

export class ImapStage implements Stage {
  readonly clock: Clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  readonly accounts: Record<string, ConfiguredAccount> = {};
  #accounts: Accounts | undefined;
  readonly store = memoryStore(() => this.clock.now);
  readonly peers = new VirtualPeers(this.clock);
  readonly logged = new LogBook();
  implicitTls = false;
  /** Signs of life that the next step of the store has time for. */
  #slow = 0;
  /** Milliseconds that pass with every look at the clock. */
  #tick = 0;
  setting: ImapSetting = {
    ...imapDefaults,
    serverName: "imap.example.test",
    accounts: memoryAccounts({}),
    store: this.store,
    now: () => this.clock.now += this.#tick,
    pause: () => Promise.resolve(),
    within: async (promise) => {
      const value = await promise;
      return this.#slow-- > 0 ? undefined : { value };
    },
    administrators: [],
    later: () => new Promise(() => {}),
    random: (octets) => new Uint8Array(octets).fill(42),
    log: this.logged.log,
    tls: true,
    allowPlaintextAuth: true,
    mechanisms: ["PLAIN", "LOGIN"],
  };

  async given(words: readonly string[]): Promise<void> {
    const [what = "", ...rest] = words;
    const [name = "", value = ""] = rest;
    switch (what) {
      case "user":
        return this.#account(name, value, rest);
      case "mail": {
        const mailbox = await this.mailbox(name, value);
        await mailbox.append([unescapeOctets(rest.slice(2).join(" "))]);
        return;
      }
      case "flags": {
        const mailbox = await this.mailbox(name, value);
        await mailbox.setFlags([Number(rest[2])], "replace", rest.slice(3));
        return;
      }
      case "expunged":
        return await (await this.mailbox(name, value)).expunge(
          [Number(rest[2])],
        );
      case "quota":
        return await (await this.store.open(name)).setQuota({
          octets: Number(value),
          messages: Number(rest[2]),
        });
      case "administrators":
        return this.#change({ administrators: rest });
      case "trouble":
        return this.#trouble(name, value as DiskFault);
      case "mechanisms":
        return this.#change({ mechanisms: rest });
      case "implicit_tls":
        this.implicitTls = true;
        return;
      case "slow":
        this.#slow = Number(name);
        return;
      case "ticking":
        this.#tick = Number(name);
        return;
      default:
        return this.#key(what, rest.join(" "));
    }
  }

  /** A mailbox of `account`, made at first use. */
  async mailbox(account: string, name: string): Promise<Mailbox> {
    const user = await this.store.open(account);
    return await user.create(name);
  }

  async connect(client: number): Promise<Peer> {
    const setting = { ...this.setting, accounts: this.#opened() };
    const link = virtualLink(client, this.implicitTls ? 993 : 143);
    if (this.implicitTls) link.tls = VIRTUAL_TLS;
    return await this.peers.open(
      (wire) => imapSession(wire, link, setting),
      link,
    );
  }

  /** For S* and S!: everything up to a tagged response. */
  isWholeReply(lines: readonly string[]): boolean {
    return /^(?![*+] )\S+ (?:OK|NO|BAD)\b/.test(lines.at(-1)!);
  }

  wait(milliseconds: number): Promise<void> {
    return this.peers.wait(milliseconds);
  }

  stop(): Promise<void> {
    return this.peers.stop();
  }

  async expect(
    words: readonly string[],
    match: (actual: readonly string[]) => void,
  ): Promise<void> {
    const [what, which = "", name = ""] = words;
    switch (what) {
      case "mail":
        return match(await mailLines(await this.mailbox(which, name)));
      case "log":
        return match(this.logged.lines(which));
      case "no":
        return match(this.logged.hits(words.slice(2).join(" ")));
      default:
        throw new Error(`Cannot expect "${words.join(" ")}"`);
    }
  }

  #account(address: string, password: string, words: readonly string[]): void {
    this.accounts[address] = {
      password,
      legacy: words.includes("legacy"),
      enabled: !words.includes("disabled"),
    };
  }

  /** The accounts that were given, opened when the first client connects. */
  #opened(): Accounts {
    this.#accounts ??= scriptAccounts(this.clock, this.accounts);
    return this.#accounts;
  }

  #trouble(where: string, fault: DiskFault): void {
    if (where === "accounts") {
      this.#accounts = {
        ...this.#opened(),
        verify: () => Promise.reject(new Error("Cannot open accounts.db")),
      };
      return;
    }
    const open = () =>
      Promise.reject(new DiskError(fault, `Cannot open "mail": ${fault}`));
    this.#change({ store: { ...this.store, open } satisfies Store });
  }

  #key(name: string, text: string): void {
    if (!(name in this.setting)) throw new Error(`Cannot give "${name}"`);
    this.#change({ [name]: valueOf(text) });
  }

  #change(change: Partial<ImapSetting>): void {
    this.setting = { ...this.setting, ...change };
  }
}

async function mailLines(mailbox: Mailbox): Promise<string[]> {
  const lines: string[] = [];
  for (const { uid, flags, size } of await mailbox.metas()) {
    const octets = await mailbox.read(uid);
    const bytes = await octets.read(size) ?? new Uint8Array(0);
    octets.close();
    const text = JSON.stringify(latin1Decode(bytes)).slice(1, -1);
    lines.push([uid, ...flags, text].join(" "));
  }
  return lines;
}
