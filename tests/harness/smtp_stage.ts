/**
 * The stage of SMTP scripts.
 *
 * ```text
 * given listener mx | submission | submissions | lmtp
 * given user ADDRESS PASSWORD [legacy] [disabled] [refuses]
 * given alias ADDRESS TARGET...
 * given NAME VALUE        a limit of SmtpLimits, or a switch of SmtpSetting (on, off)
 * given message NAME=TEXT a text of SmtpMessages
 * given mechanisms NAME...
 * given sending LIMIT=N... what accounts may send; names as in the configuration
 * given relayed DOMAIN    whose mail is taken from anybody
 * given waiting DOMAIN N  ETRN is there for 192.0.2.1 and who has logged in; N messages wait for DOMAIN
 * given disk TROUBLE      full, io, slow, or "full at commit"
 * expect spool empty      nothing was stored, and no draft is open
 * expect spool N          N messages were stored, and no draft is open
 * expect envelope N       what the spool knows of message N, a property a line
 * expect message N        its octets, as lines
 * expect trace N          the Received field in front of it, unfolded
 * expect content N        its octets behind that field
 * expect log EVENT        the last such event, a field a line
 * expect no log TEXT      nothing that was logged contains it
 * ```
 *
 * @module
 */

import { createHmac } from "node:crypto";
import {
  type Accounts,
  type ConfiguredAccount,
  memoryAccounts,
  memorySendingLimits,
} from "../../src/accounts/mod.ts";
import { readHeader } from "../../src/mail/mod.ts";
import {
  type Envelope,
  memorySpool,
  type WaitingEntry,
} from "../../src/queue/mod.ts";
import {
  defaultSmtpLimits,
  defaultSmtpMessages,
  type EtrnSetting,
  type ListenerKind,
  smtpSession,
  type SmtpSetting,
} from "../../src/smtp/mod.ts";
import { renderLines } from "./octets.ts";
import { LogBook } from "./log_book.ts";
import type { Peer, Stage } from "./stage.ts";
import {
  type Clock,
  scriptAccounts,
  VIRTUAL_TLS,
  virtualLink,
  VirtualPeers,
} from "./virtual_stage.ts";
import { type DiskTrouble, watchedSpool } from "./watched_spool.ts";

const PORTS = { mx: 25, submission: 587, submissions: 465, lmtp: 24 } as const;

export class SmtpStage implements Stage {
  readonly clock: Clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  readonly users: Record<string, ConfiguredAccount> = {};
  readonly aliases: Record<string, string[]> = {};
  /** Messages that wait, by domain or "#name". */
  readonly waiting = new Map<string, number>();
  readonly spool = watchedSpool(
    memorySpool({ now: () => this.clock.now, random: () => 0.5 }),
  );
  readonly peers = new VirtualPeers(this.clock);
  readonly logged = new LogBook();
  readonly relayed = new Set<string>();
  /** Made of what was given, when the first client connects; or set by who has some. */
  accounts: Accounts | undefined;
  setting: SmtpSetting = {
    listener: { kind: "mx" },
    serverName: "mx.example.test",
    accounts: memoryAccounts({}),
    spool: this.spool.spool,
    now: () => this.clock.now,
    random: (octets) => new Uint8Array(octets).fill(42),
    log: this.logged.log,
    limits: defaultSmtpLimits,
    messages: defaultSmtpMessages,
    tls: true,
    srsHash: (text) => createHmac("sha256", "script").update(text).digest(),
    allowPlaintextAuth: false,
    mechanisms: [],
    remoteDelivery: false,
    relaysFor: (domain) => this.relayed.has(domain),
    checkFromHeader: false,
  };

  given(words: readonly string[]): void {
    const [what, ...rest] = words;
    switch (what) {
      case "listener":
        return this.#listener(rest[0] as ListenerKind);
      case "user":
        this.users[rest[0]!] = {
          password: rest[1]!,
          legacy: rest.includes("legacy"),
          enabled: !rest.includes("disabled"),
          receives: !rest.includes("refuses"),
        };
        return;
      case "alias":
        this.aliases[rest[0]!] = rest.slice(1);
        return;
      case "relayed":
        this.relayed.add(rest[0]!);
        return;
      case "mechanisms":
        this.setting = { ...this.setting, mechanisms: rest };
        return;
      case "sending":
        return this.#sending(rest);
      case "waiting":
        return this.#waiting(rest[0]!, Number(rest[1]));
      case "disk":
        this.spool.trouble = rest.join(" ") as DiskTrouble;
        return;
      case "message":
        return this.#message(rest.join(" "));
      default:
        return this.#change(what!, rest[0]);
    }
  }

  #listener(kind: ListenerKind): void {
    if (!(kind in PORTS)) throw new Error(`Cannot listen as "${kind}"`);
    this.setting = { ...this.setting, listener: { kind } };
  }

  #sending(words: readonly string[]): void {
    const allowance = Object.fromEntries(words.map((word) => {
      const [name, most] = word.split("=");
      return [name, Number(most)];
    }));
    const limits = memorySendingLimits(() => this.clock.now);
    const sending = { limits, allowanceOf: () => allowance };
    this.setting = { ...this.setting, sending };
  }

  /** The queue of a domain; that of "broken.test" cannot be started. */
  #waiting(domain: string, messages: number): void {
    this.waiting.set(domain, messages);
    const etrn: EtrnSetting = {
      mayAsk: (address) => address === "192.0.2.1",
      authenticated: true,
      startQueue: (node) => {
        if (node.kind === "queue") {
          return Promise.resolve(this.waiting.get(`#${node.name}`));
        }
        if (node.domain === "broken.test") throw new Error("no disk");
        const ours = [...this.waiting].filter(([name]) =>
          name === node.domain ||
          node.kind === "domains" && name.endsWith(`.${node.domain}`)
        );
        return Promise.resolve(ours.reduce((sum, [, count]) => sum + count, 0));
      },
    };
    this.setting = { ...this.setting, etrn };
  }

  #message(text: string): void {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(text)!;
    const messages = { ...this.setting.messages, [name!]: value };
    this.setting = { ...this.setting, messages };
  }

  #change(name: string, value: string | undefined): void {
    const { limits } = this.setting;
    if (name in limits) {
      const changed = { ...limits, [name]: Number(value) };
      this.setting = { ...this.setting, limits: changed };
    } else if (name in this.setting && (value === "on" || value === "off")) {
      this.setting = { ...this.setting, [name]: value === "on" };
    } else {
      throw new Error(`Cannot give "${name}"`);
    }
  }

  async connect(client: number): Promise<Peer> {
    const setting = this.#settled();
    const { kind } = setting.listener;
    const link = virtualLink(client, PORTS[kind]);
    if (kind === "submissions") link.tls = VIRTUAL_TLS;
    return await this.peers.open(
      (wire) => smtpSession(wire, link, setting),
      link,
    );
  }

  /** The setting with the accounts that were given. */
  #settled(): SmtpSetting {
    const { users, aliases } = this;
    this.accounts ??= scriptAccounts(this.clock, users, aliases);
    return { ...this.setting, accounts: this.accounts };
  }

  isWholeReply(lines: readonly string[]): boolean {
    return !/^\d{3}-/.test(lines.at(-1)!);
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
    const [what, which = ""] = words;
    const entries = this.spool.spool.entries();
    const entry = entries[Number(which) - 1];
    switch (what) {
      case "spool":
        match(this.#spoolLines(which, entries.length));
        return;
      case "envelope":
        match(entry ? envelopeLines(await this.#envelope(entry)) : []);
        return;
      case "message":
        match(entry ? renderLines(await this.#octets(entry)) : []);
        return;
      case "trace":
        match(entry ? [this.#split(await this.#octets(entry))[0]] : []);
        return;
      case "content":
        match(
          entry ? renderLines(this.#split(await this.#octets(entry))[1]) : [],
        );
        return;
      case "log":
        match(this.logged.lines(which));
        return;
      case "no":
        match(this.logged.hits(words.slice(2).join(" ")));
        return;
      default:
        throw new Error(`Cannot expect "${words.join(" ")}"`);
    }
  }

  async #envelope({ id }: WaitingEntry): Promise<Envelope> {
    return (await this.spool.spool.load(id))!.envelope;
  }

  async #octets(entry: WaitingEntry): Promise<Uint8Array> {
    const octets = await this.spool.spool.read(entry.id);
    const all = await octets.read(octets.size);
    octets.close();
    return all ?? new Uint8Array(0);
  }

  /** The Received field in front, unfolded, and what is behind it. */
  #split(message: Uint8Array): [trace: string, content: Uint8Array] {
    const [first] = readHeader(message).fields;
    const end = first?.end ?? 0;
    const trace = new TextDecoder().decode(message.subarray(0, end));
    const unfolded = trace.replace(/\r\n(?=[ \t])/g, "").trimEnd();
    return [unfolded, message.subarray(end)];
  }

  /** No lines when the spool is as it is expected to be. */
  #spoolLines(which: string, stored: number): string[] {
    const { open } = this.spool;
    const wanted = which === "empty" ? 0 : Number(which);
    if (open === 0 && stored === wanted) return [];
    return [`${stored} stored, ${open} drafts open`];
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** An envelope as scripts write it. */
function envelopeLines(envelope: Envelope): string[] {
  const { from, body, smtputf8, ret, envid, submitter } = envelope;
  const { notBefore, holdFor, deliverBy, priority, requireTls } = envelope;
  const lines = [`from <${from}>`, `body ${body}`];
  if (smtputf8) lines.push("smtputf8");
  if (ret) lines.push(`ret ${ret}`);
  if (envid !== undefined) lines.push(`envid ${envid}`);
  if (notBefore !== undefined) lines.push(`notBefore ${iso(notBefore)}`);
  if (holdFor !== undefined) lines.push(`holdFor ${holdFor}`);
  if (deliverBy) {
    const { at, mode, trace } = deliverBy;
    lines.push(`deliverBy ${iso(at)} ${mode}${trace ? " trace" : ""}`);
  }
  if (priority !== undefined) lines.push(`priority ${priority}`);
  if (requireTls !== undefined) lines.push(`requireTls ${requireTls}`);
  if (submitter) lines.push(`submitter ${submitter}`);
  for (const { address, destinations, notify, orcpt } of envelope.recipients) {
    const to = destinations.map((one) =>
      one.kind === "mailbox"
        ? `${one.account}${one.detail === undefined ? "" : `+${one.detail}`}`
        : `remote ${one.address}`
    );
    lines.push(`to <${address}> in ${to.join(", ")}`);
    if (notify) lines.push(`  notify ${notify.join(",")}`);
    if (orcpt !== undefined) lines.push(`  orcpt ${orcpt}`);
  }
  return lines;
}
