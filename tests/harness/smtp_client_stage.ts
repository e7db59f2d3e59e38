/**
 * The stage of scripts in which our client is tested, and the script is the server.
 *
 * ```text
 * given lmtp
 * given starttls never | opportunistic | required        (opportunistic)
 * given tls verified | unverified | fails                (verified: what a handshake comes to)
 * given secure                                           TLS from the start
 * given login USER PASSWORD [MECHANISM...]
 * given allow_plaintext
 * given limit NAME NUMBER                                of ClientLimits
 * given mail FROM TO[,TO...] [WORD...]                   one message more ("<>": nobody)
 * given content OCTETS                                   of that message
 * given size NUMBER                                      what is announced in its place
 * given unreadable
 * expect results N                                       of message N, one a recipient
 * expect report                                          how the connection ended
 * expect opened N                                        times that a message was opened, all closed again
 * ```
 *
 * Words of mail: 8BITMIME BINARYMIME SMTPUTF8 REQUIRETLS RET=… ENVID=… NOTIFY=…
 * ORCPT=… (the last two for all recipients) BY=seconds;mode MT-PRIORITY=…
 *
 * @module
 */

import {
  type ClientReport,
  type ClientResult,
  clientSession,
  type ClientSetting,
  defaultClientLimits,
  type MessageOctets,
  type StartTlsPolicy,
  type Transmission,
} from "../../src/smtp_client/mod.ts";
import type { Notify } from "../../src/queue/mod.ts";
import { formatReply } from "../../src/mail/mod.ts";
import { unescapeOctets } from "./octets.ts";
import type { Peer, Stage } from "./stage.ts";
import {
  type Clock,
  VIRTUAL_TLS,
  type VirtualLink,
  virtualLink,
  VirtualPeers,
} from "./virtual_stage.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A message that the script gives, and what became of it. */
export interface Outgoing {
  readonly transmission: Mutable<Transmission>;
  content: Uint8Array;
  results: readonly ClientResult[] | undefined;
}

export class SmtpClientStage implements Stage {
  readonly clock: Clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  readonly mails: Outgoing[] = [];
  readonly peers = new VirtualPeers(this.clock);
  opened = 0;
  closed = 0;
  report: ClientReport | undefined;
  setting: Mutable<ClientSetting> = {
    protocol: "smtp",
    helloName: "mx.example.test",
    startTls: "opportunistic",
    next: () => Promise.resolve(this.#next()),
    now: () => this.clock.now,
    random: (octets) => new Uint8Array(octets).fill(42),
    limits: defaultClientLimits,
  };
  #handshake = "verified";
  #isSecure = false;
  #unreadable = false;
  #given = 0;

  given(words: readonly string[]): void {
    const [what, ...rest] = words;
    const mail = this.mails.at(-1);
    switch (what) {
      case "lmtp":
        this.setting.protocol = "lmtp";
        return;
      case "starttls":
        this.setting.startTls = rest[0] as StartTlsPolicy;
        return;
      case "tls":
        this.#handshake = rest[0]!;
        return;
      case "secure":
        this.#isSecure = true;
        return;
      case "login": {
        const [user, password, ...mechanisms] = rest;
        this.setting.login = {
          user: user!,
          password: password!,
          ...mechanisms.length > 0 && { mechanisms },
        };
        return;
      }
      case "allow_plaintext":
        this.setting.login = { ...this.setting.login!, allowPlaintext: true };
        return;
      case "limit":
        this.setting.limits = {
          ...this.setting.limits,
          [rest[0]!]: Number(rest[1]),
        };
        return;
      case "mail":
        this.#mail(rest);
        return;
      case "content":
        mail!.content = unescapeOctets(rest.join(" "));
        mail!.transmission.size = mail!.content.length;
        return;
      case "size":
        mail!.transmission.size = Number(rest[0]);
        return;
      case "unreadable":
        this.#unreadable = true;
        return;
      default:
        throw new Error(`Cannot give "${what}"`);
    }
  }

  #mail([from, to, ...words]: readonly string[]): void {
    const content = unescapeOctets("Subject: x\\r\\n\\r\\nHello\\r\\n");
    const about = { notify: undefined as Notify[] | undefined, orcpt: "" };
    const mail: Outgoing = {
      content,
      results: undefined,
      transmission: {
        from: from === "<>" ? "" : from!,
        recipients: [],
        body: "7BIT",
        smtputf8: false,
        size: content.length,
        open: () => this.#open(mail),
        done: (results) => void (mail.results = results),
      },
    };
    for (const word of words) this.#word(mail.transmission, about, word);
    mail.transmission.recipients = to!.split(",").map((address) => ({
      address: unescape(address),
      ...about.notify && { notify: about.notify },
      ...about.orcpt && { orcpt: about.orcpt },
    }));
    mail.transmission.from = unescape(mail.transmission.from);
    this.mails.push(mail);
  }

  #word(
    mail: Mutable<Transmission>,
    about: { notify: Notify[] | undefined; orcpt: string },
    word: string,
  ): void {
    const [, name, value = ""] = /^([^=]+)(?:=(.*))?$/s.exec(word)!;
    switch (name) {
      case "8BITMIME":
      case "BINARYMIME":
        mail.body = name;
        return;
      case "SMTPUTF8":
        mail.smtputf8 = true;
        return;
      case "REQUIRETLS":
        mail.requireTls = true;
        return;
      case "RET":
        mail.ret = value as "FULL";
        return;
      case "ENVID":
        mail.envid = unescape(value);
        return;
      case "NOTIFY":
        about.notify = value.split(",") as Notify[];
        return;
      case "ORCPT":
        about.orcpt = unescape(value);
        return;
      case "BY": {
        const [seconds, mode] = value.split(";");
        mail.deliverBy = {
          at: this.clock.now + Number(seconds) * 1000,
          mode: mode![0] as "R",
          trace: mode!.endsWith("T"),
        };
        return;
      }
      case "MT-PRIORITY":
        mail.priority = Number(value);
        return;
      default:
        throw new Error(`Cannot give mail "${word}"`);
    }
  }

  #open(mail: Outgoing): Promise<MessageOctets> {
    if (this.#unreadable) return Promise.reject(new Error("a broken disk"));
    this.opened++;
    let at = 0;
    return Promise.resolve({
      read: (max) => {
        const piece = mail.content.subarray(at, at + max);
        at += piece.length;
        return Promise.resolve(piece.length > 0 ? piece : undefined);
      },
      close: () => void this.closed++,
    });
  }

  #next(): Transmission | undefined {
    return this.mails[this.#given++]?.transmission;
  }

  async connect(client: number): Promise<Peer> {
    const link = virtualLink(client, 50000);
    if (this.#isSecure) this.#shake(link);
    const { setting } = this;
    const note = (report: ClientReport) => void (this.report = report);
    return await this.peers.open(
      function* (wire) {
        note(yield* clientSession(wire, link, setting));
      },
      link,
      (link) => this.#shake(link),
    );
  }

  #shake(link: VirtualLink): boolean {
    if (this.#handshake === "fails") {
      link.tlsFailure = {
        kind: "certificate-expired",
        text: "certificate has expired",
      };
      return false;
    }
    link.tls = this.#handshake === "verified"
      ? { ...VIRTUAL_TLS, verified: "pkix" }
      : VIRTUAL_TLS;
    return true;
  }

  isWholeReply(): boolean {
    return true;
  }

  wait(milliseconds: number): Promise<void> {
    return this.peers.wait(milliseconds);
  }

  stop(): Promise<void> {
    throw new Error("Cannot stop a client");
  }

  expect(
    words: readonly string[],
    match: (actual: readonly string[]) => void,
  ): void {
    const [what, which] = words;
    switch (what) {
      case "results":
        match(resultLines(this.mails[Number(which) - 1]!));
        return;
      case "report":
        match(reportLines(this.report));
        return;
      case "opened":
        match(
          this.opened === Number(which) && this.closed === this.opened
            ? []
            : [`${this.opened} opened, ${this.closed} closed`],
        );
        return;
      default:
        throw new Error(`Cannot expect "${words.join(" ")}"`);
    }
  }
}

function unescape(text: string): string {
  return new TextDecoder().decode(unescapeOctets(text));
}

/** "sent bob@example.org after message: 250 2.0.0 OK", and what else is known. */
function resultLines({ transmission, results }: Outgoing): string[] {
  if (!results) return ["not told"];
  return results.map((result, i) => {
    const { kind, reply, step } = result;
    const notes = [
      ...result.spoken ? [] : ["ours"],
      ...result.uncertain ? ["uncertain"] : [],
      ...result.untried ? ["untried"] : [],
      ...result.dsn ? ["dsn"] : [],
      ...result.deliverBy ? ["by"] : [],
    ];
    const more = notes.length > 0 ? ` (${notes.join(", ")})` : "";
    const { address } = transmission.recipients[i]!;
    return `${kind} ${address} after ${step}: ${
      formatReply(reply).join(" / ")
    }${more}`;
  });
}

function reportLines(report: ClientReport | undefined): string[] {
  if (!report) return ["still going on"];
  const { failure, peer, transmissions } = report;
  const lines = [`${transmissions} told`];
  if (peer.mechanism) lines.push(`logged in by ${peer.mechanism}`);
  if (failure) {
    const whose = failure.spoken ? "" : " (ours)";
    const reply = formatReply(failure.reply).join(" / ");
    lines.push(`${failure.kind}: ${reply}${whose}`);
  }
  return lines;
}
