/**
 * The stage of POP3 scripts.
 *
 * ```text
 * given user ADDRESS PASSWORD [legacy] [disabled]
 * given mail ADDRESS OCTETS   one more message for ADDRESS, as C+ writes octets
 * given expunged ADDRESS N    another program removes the message that came as the Nth
 * given broken ADDRESS        the user's inbox cannot be read
 * given NAME VALUE            a key of Pop3Setting: on, off, a number or a text
 * given mechanisms NAME...
 * given login_delay SECONDS
 * given implicit_tls          connections begin under TLS
 * expect mail ADDRESS         the messages of ADDRESS: unique id, flags
 * expect trash ADDRESS        the unique ids that were moved to the Trash
 * expect log EVENT            the last such event, a field a line
 * expect no log TEXT          nothing that was logged contains it
 * ```
 *
 * Messages have the unique ids u11, u12 and so on. Challenges are built from
 * random octets of 42 and a clock that begins at 2026-01-02 03:04:05 UTC.
 *
 * @module
 */

import {
  type Accounts,
  type ConfiguredAccount,
  memoryAccounts,
} from "../../src/accounts/mod.ts";
import { pop3Defaults, pop3Session } from "../../src/pop3/mod.ts";
import type { MailUser } from "../../src/store/mod.ts";
import type { Pop3Setting } from "../../src/pop3/mod.ts";
import { StandInUser } from "../pop3/stand_in_mailbox.ts";
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

export class Pop3Stage implements Stage {
  readonly clock: Clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  readonly accounts: Record<string, ConfiguredAccount> = {};
  #accounts: Accounts | undefined;
  readonly users = new Map<string, StandInUser>();
  readonly peers = new VirtualPeers(this.clock);
  readonly logged = new LogBook();
  implicitTls = false;
  setting: Pop3Setting = {
    ...pop3Defaults,
    serverName: "pop.example.test",
    accounts: memoryAccounts({}),
    store: {
      // POP3 asks for no more than the stand-in has.
      open: (account) =>
        Promise.resolve(this.user(account) as unknown as MailUser),
      close: () => Promise.resolve(),
    },
    maildrops: new Set<string>(),
    now: () => this.clock.now,
    random: (octets) => new Uint8Array(octets).fill(42),
    log: this.logged.log,
    tls: true,
    allowPlaintextAuth: true,
    offersApop: false,
    mechanisms: ["PLAIN", "LOGIN"],
    expire: "NEVER",
  };

  given(words: readonly string[]): void {
    const [what = "", ...rest] = words;
    const [name = "", value = ""] = rest;
    switch (what) {
      case "user":
        return this.#account(name, value, rest);
      case "mail": {
        const { inbox } = this.user(name);
        return inbox.receive(unescapeOctets(rest.slice(1).join(" ")));
      }
      case "expunged":
        void this.user(name).inbox.expunge([10 + Number(value)]);
        return;
      case "broken":
        this.user(name).inbox.failures.metas = new Error("bad sector");
        return;
      case "mechanisms":
        return this.#change({ mechanisms: rest });
      case "login_delay":
        return this.#change({
          loginDelay: { seconds: Number(name), lastLogins: new Map() },
        });
      case "implicit_tls":
        this.implicitTls = true;
        return;
      default:
        return this.#key(what, rest.join(" "));
    }
  }

  /** The mail of `account`, made at first use. */
  user(account: string): StandInUser {
    const user = this.users.get(account) ?? new StandInUser();
    this.users.set(account, user);
    return user;
  }

  async connect(client: number): Promise<Peer> {
    const setting = { ...this.setting, accounts: this.#opened() };
    const link = virtualLink(client, this.implicitTls ? 995 : 110);
    if (this.implicitTls) link.tls = VIRTUAL_TLS;
    return await this.peers.open(
      (wire) => pop3Session(wire, link, setting),
      link,
    );
  }

  /** For S* and S!, which speak of replies of several lines, or of a refusal. */
  isWholeReply(lines: readonly string[]): boolean {
    return lines.at(-1) === "." || lines[0]!.startsWith("-ERR");
  }

  wait(milliseconds: number): Promise<void> {
    return this.peers.wait(milliseconds);
  }

  stop(): Promise<void> {
    return this.peers.stop();
  }

  expect(
    words: readonly string[],
    match: (actual: readonly string[]) => void,
  ): void {
    const [what, which = ""] = words;
    switch (what) {
      case "mail":
        return match(this.#mailLines(which));
      case "trash":
        return match(this.#trashLines(which));
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

  #key(name: string, text: string): void {
    if (!(name in this.setting)) throw new Error(`Cannot give "${name}"`);
    this.#change({ [name]: valueOf(text) });
  }

  #change(change: Partial<Pop3Setting>): void {
    this.setting = { ...this.setting, ...change };
  }

  #mailLines(account: string): string[] {
    return this.user(account).inbox.messages.map(({ meta }) =>
      [meta.uniqueId, ...meta.flags].join(" ")
    );
  }

  #trashLines(account: string): string[] {
    return this.user(account).inbox.copied.flatMap(([uids, to]) =>
      to === "Trash" ? uids.map((uid) => `u${uid}`) : []
    );
  }
}
