/**
 * The stage of IMAP scripts on a real server. Every play has a domain of its own, which
 * "example.test" is an alias of, and so accounts whose mail nobody has touched before.
 *
 * What somebody else does in a script (`given mail`, `given flags`) a second client does,
 * over a connection of its own. Numbers and names that a server makes up are not those
 * of a script: see {@linkcode Counterparts}.
 *
 * @module
 */

import { latin1Encode, utf8Encode } from "../../src/bytes/mod.ts";
import { configurationSchema } from "../../src/config/mod.ts";
import { concatBytes } from "../../src/bytes/mod.ts";
import { Counterparts } from "./counterparts.ts";
import { LineClient } from "./line_client.ts";
import { unescapeOctets } from "./octets.ts";
import { SocketPeer } from "./socket_peer.ts";
import type { RealServer } from "./socket_stage.ts";
import type { Peer, Stage } from "./stage.ts";
import type { ScriptStep, Transcript } from "./transcript.ts";

type Keys = Record<string, unknown>;

/** Who sets limits where a script has them. */
const ADMINISTRATOR = "stage.administrator";
const PASSWORD = "the stage's own";

/** Keys of the configuration that scripts call by the names of `ImapSetting`. */
const NAMES: Record<string, string> = {
  allowPlaintextAuth: "allow_plaintext_auth",
  tls: "enable_starttls",
};

/** True when `transcript` can be played on an {@linkcode ImapSocketStage}. */
export function isConfigurableImap(transcript: Transcript): boolean {
  return transcript.protocol === "imap" &&
    transcript.steps.every(isPlayable);
}

function isPlayable(step: ScriptStep): boolean {
  if (step.kind === "given") return isGiven(step.words[0]!);
  if (step.kind === "expect") return step.words[0] === "mail";
  if (step.kind === "wait" || step.kind === "stop") return false;
  // The time is not the script's, and this client cannot inflate.
  return !("text" in step && /-Jan-2026|OK DEFLATE active/.test(step.text));
}

function isGiven(what: string): boolean {
  return ["protocol", "lockstep", "user", "mail", "flags", "expunged", "quota"]
    .includes(what) ||
    ["administrators", "mechanisms", "implicit_tls"].includes(what) ||
    keyOf(what) !== undefined;
}

function keyOf(what: string): string | undefined {
  const name = NAMES[what] ?? what;
  const known = configurationSchema().properties?.IMAP?.properties;
  return known?.[name] === undefined ? undefined : name;
}

let plays = 0;

export class ImapSocketStage implements Stage {
  readonly #domain = `play${++plays}.test`;
  readonly #accounts: Record<string, Keys> = {
    [`${ADMINISTRATOR}@${this.#domain}`]: { password: PASSWORD },
  };
  readonly #administrators = [`${ADMINISTRATOR}@${this.#domain}`];
  readonly #imap: Keys = {
    allow_plaintext_auth: true,
    enable_auth_scram: false,
    enable_auth_cram_md5: false,
  };
  readonly #early: (readonly string[])[] = [];
  readonly #peers: SocketPeer[] = [];
  readonly #others = new Map<string, Other>();
  readonly #counterparts = new Counterparts();
  #isSecure = false;
  #ready: Promise<void> | undefined;

  constructor(readonly server: RealServer) {}

  async given(words: readonly string[]): Promise<void> {
    const [what = "", ...rest] = words;
    const [name = "", value = ""] = rest;
    if (what === "user") {
      this.#accounts[this.#own(name)] = {
        password: value,
        legacy: rest.includes("legacy"),
        enabled: !rest.includes("disabled"),
      };
    } else if (what === "administrators") {
      this.#administrators.push(...rest.map((one) => this.#own(one)));
    } else if (what === "mechanisms") this.#offer(rest);
    else if (what === "implicit_tls") this.#isSecure = true;
    else if (keyOf(what)) this.#imap[keyOf(what)!] = valueOf(rest.join(" "));
    else if (this.#ready === undefined) this.#early.push(words);
    else await this.#change(words);
  }

  async connect(): Promise<Peer> {
    await (this.#ready ??= this.#prepare());
    const { ports, ca } = this.server;
    const port = ports[this.#isSecure ? "imaps" : "imap"]!;
    const peer = await SocketPeer.connect(port, ca, this.#isSecure);
    this.#peers.push(peer);
    return peer;
  }

  asScripted(expected: string, actual: string): string {
    return this.#counterparts.asScripted(expected, actual);
  }

  asServed(text: string): string {
    return this.#counterparts.asServed(text);
  }

  isWholeReply(lines: readonly string[]): boolean {
    return /^(?![*+] )\S+ (?:OK|NO|BAD)\b/.test(lines.at(-1)!);
  }

  /** Ends all connections; what the server said and nobody wanted to hear. */
  async close(): Promise<string> {
    for (const other of this.#others.values()) await other.leave();
    return (await Promise.all(this.#peers.map((peer) => peer.leave())))
      .join("");
  }

  wait(): Promise<void> {
    throw new Error("Cannot let time pass on a real server");
  }

  stop(): Promise<void> {
    throw new Error("Cannot stop a server that other scripts need");
  }

  async expect(
    [_, address = "", mailbox = ""]: readonly string[],
    match: (actual: readonly string[]) => void,
  ): Promise<void> {
    const account = this.#own(address);
    const { password } = this.#accounts[account]!;
    const login = [account, String(password)] as const;
    match(await readMailbox(this.server.ports.imap!, login, mailbox));
  }

  async #prepare(): Promise<void> {
    await this.server.configure({
      server_name: "imap.example.test",
      domain: this.#domain,
      AliasDomains: { "example.test": this.#domain },
      Accounts: this.#accounts,
      administrators: this.#administrators,
      IMAP: this.#imap,
    });
    for (const words of this.#early) await this.#change(words);
  }

  #own(address: string): string {
    return address.replace(/@example\.test$/, `@${this.#domain}`);
  }

  #offer(names: readonly string[]): void {
    Object.assign(this.#imap, {
      enable_auth: names.length > 0,
      enable_auth_plain: names.includes("PLAIN"),
      enable_auth_login: names.includes("LOGIN"),
      enable_auth_cram_md5: names.includes("CRAM-MD5"),
      enable_auth_scram: names.some((name) => name.startsWith("SCRAM")),
    });
  }

  async #change(words: readonly string[]): Promise<void> {
    const [what, address = "", name = "", ...rest] = words;
    const account = this.#own(address);
    if (what === "quota") {
      const administrator = await this.#other(this.#administrators[0]!);
      const limits = `STORAGE ${Number(name) / 1024} MESSAGE ${rest[0]}`;
      return await administrator.do(`SETQUOTA "${account}" (${limits})`);
    }
    const other = await this.#other(account);
    if (what === "mail") {
      const octets = unescapeOctets(rest.join(" "));
      return await other.append(name, octets);
    }
    const [uid, ...flags] = rest;
    await other.do(`SELECT "${name}"`);
    // A move is the only way to go without a change of flags before it.
    await other.do(
      what === "expunged"
        ? `UID MOVE ${uid} Trash`
        : `UID STORE ${uid} FLAGS (${flags.join(" ")})`,
    );
    await other.do("UNSELECT");
  }

  /** Somebody else at the mail of `account`. */
  async #other(account: string): Promise<Other> {
    let other = this.#others.get(account);
    if (other === undefined) {
      const { password } = this.#accounts[account]!;
      other = await Other.enter(this.server, account, String(password));
      this.#others.set(account, other);
    }
    return other;
  }
}

/** A client that nobody listens to. It speaks IMAP4rev2: so it takes no message's \Recent. */
class Other {
  #tag = 0;

  private constructor(readonly peer: SocketPeer) {}

  static async enter(
    { ports, ca }: RealServer,
    account: string,
    password: string,
  ): Promise<Other> {
    const other = new Other(await SocketPeer.connect(ports.imaps!, ca, true));
    await other.peer.hear();
    await other.do(`LOGIN "${account}" "${password}"`);
    await other.do("ENABLE IMAP4rev2");
    return other;
  }

  async do(command: string): Promise<void> {
    const answer = await this.#say(utf8Encode(`${command}\r\n`));
    if (!answer.startsWith("OK")) throw new Error(`${command}: ${answer}`);
  }

  async append(mailbox: string, octets: Uint8Array): Promise<void> {
    const command = utf8Encode(`APPEND "${mailbox}" {${octets.length}+}\r\n`);
    const whole = concatBytes([command, octets, latin1Encode("\r\n")]);
    let answer = await this.#say(whole);
    if (answer.startsWith("NO [TRYCREATE]")) {
      await this.do(`CREATE "${mailbox}"`);
      answer = await this.#say(whole);
    }
    if (!answer.startsWith("OK")) throw new Error(`APPEND: ${answer}`);
  }

  async leave(): Promise<void> {
    await this.peer.leave();
  }

  async #say(bytes: Uint8Array): Promise<string> {
    const tag = `o${++this.#tag} `;
    await this.peer.send(concatBytes([latin1Encode(tag), bytes]));
    while (true) {
      const line = await this.peer.hear();
      if (line === undefined) throw new Error("The server said nothing");
      if (line.startsWith(tag)) return line.slice(tag.length);
    }
  }
}

/** The messages of a mailbox as `expect mail` tells them: UID, flags, octets. */
async function readMailbox(
  port: number,
  [account, password]: readonly [string, string],
  mailbox: string,
): Promise<string[]> {
  const client = await LineClient.connect(port);
  await client.send(
    `a LOGIN ${account} "${password}"\r\nb EXAMINE "${mailbox}"\r\n` +
      "c UID FETCH 1:* (UID FLAGS BODY.PEEK[])\r\n",
  );
  const messages: string[] = [];
  for (let line = await client.line(); !line.startsWith("c ");) {
    const found = /^\* \d+ FETCH \(UID (\d+) FLAGS \((.*)\) BODY\[\] \{(\d+)\}/
      .exec(line);
    if (found) {
      const flags = found[2]!.split(" ").filter((flag) =>
        flag !== "" && flag !== "\\Recent"
      );
      const octets = JSON.stringify(await client.exactly(Number(found[3])));
      messages.push([found[1], ...flags, octets.slice(1, -1)].join(" "));
    }
    line = await client.line();
  }
  client.close();
  return messages;
}

function valueOf(text: string): string | number | boolean {
  if (text === "on" || text === "off") return text === "on";
  return /^\d+$/.test(text) ? Number(text) : text;
}
