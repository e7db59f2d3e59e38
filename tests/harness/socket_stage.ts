/**
 * The stage of a real server: what a script is given becomes its configuration, and
 * SIGHUP puts it in force.
 *
 * Not every given can be configured: scripts with others are for the stages in memory
 * only, see {@linkcode isConfigurable}.
 *
 * @module
 */

import { configurationSchema } from "../../src/config/mod.ts";
import { unescapeOctets } from "./octets.ts";
import { SocketPeer } from "./socket_peer.ts";
import type { Peer, Stage } from "./stage.ts";
import {
  isSocketable,
  type ScriptStep,
  type Transcript,
} from "./transcript.ts";

/** The server that scripts are played against, one after the other. */
export interface RealServer {
  readonly ports: Readonly<Record<string, number>>;
  /** Its certificate. */
  readonly ca: string;
  /** Puts a configuration in force. */
  readonly configure: (keys: Record<string, unknown>) => Promise<void>;
  /** Makes `messages` all that there is in an inbox. */
  readonly deliver: (
    account: string,
    messages: readonly Uint8Array[],
  ) => Promise<void>;
}

type Keys = Record<string, unknown>;
/** How a given changes the configuration; undefined for a given that cannot. */
type Given = (keys: Keys, rest: readonly string[]) => void;

const LISTENERS: Record<string, string> = {
  mx: "smtp",
  submission: "submission",
  submissions: "submissions",
  lmtp: "lmtp",
};

/** Keys of the configuration that scripts call by the names of the protocol's own records. */
const SMTP_NAMES: Record<string, string> = {
  messageSize: "max_message_size",
  recipients: "max_recipients",
  receivedHops: "max_received_hops",
  errors: "max_errors",
  idleCommands: "max_idle_commands",
  authFailures: "max_auth_failures",
  allowPlaintextAuth: "allow_plaintext_auth",
  tls: "enable_starttls",
  checkFromHeader: "check_from_header",
};
const POP3_NAMES: Record<string, string> = {
  allowPlaintextAuth: "allow_plaintext_auth",
  offersApop: "enable_apop",
  tls: "enable_stls",
};

/** True when `transcript` can be played on a {@linkcode SocketStage}. */
export function isConfigurable(transcript: Transcript): boolean {
  return transcript.protocol !== "imap" && transcript.sender === "C" &&
    isSocketable(transcript) &&
    !transcript.steps.some(isChance) &&
    transcript.steps.every((step) =>
      step.kind !== "given" ||
      ["protocol", "lockstep"].includes(step.words[0]!) ||
      givenOf(transcript.protocol, step.words[0]!) !== undefined &&
        (step.words[0] !== "mechanisms" ||
          canOffer(step.words.slice(1), transcript))
    );
}

/**
 * A challenge (here: "<" in base 64) and the farthest date of FUTURERELEASE are made of
 * time and chance, which a script cannot foresee.
 */
function isChance(step: ScriptStep): boolean {
  return "text" in step &&
    /^(?:334|\+) PD\w|^250 FUTURERELEASE \d+ \d{4}-/.test(step.text);
}

const SCRAM = 4;

/** A server offers SCRAM in all its forms, and CRAM-MD5 where an account opted in. */
function canOffer(names: readonly string[], { steps }: Transcript): boolean {
  const scram = names.filter((name) => name.startsWith("SCRAM")).length;
  const hasLegacy = steps.some((step) =>
    step.kind === "given" && step.words[0] === "user" &&
    step.words.includes("legacy")
  );
  return (scram === 0 || scram === SCRAM) &&
    (!names.includes("CRAM-MD5") || hasLegacy);
}

export class SocketStage implements Stage {
  readonly #keys: Keys;
  readonly #mail = new Map<string, Uint8Array[]>();
  readonly #peers: SocketPeer[] = [];
  #kind: string;
  #ready: Promise<void> | undefined;

  constructor(readonly server: RealServer, readonly protocol: string) {
    this.#kind = protocol === "smtp" ? "smtp" : "pop3";
    this.#keys = startingKeys(protocol);
  }

  given(words: readonly string[]): void {
    const [what = "", ...rest] = words;
    if (what === "listener") this.#kind = LISTENERS[rest[0]!]!;
    else if (what === "implicit_tls") this.#kind = "pop3s";
    else if (what === "mail") this.#receive(rest[0]!, rest.slice(1).join(" "));
    else givenOf(this.protocol, what)!(this.#keys, rest);
  }

  #receive(account: string, octets: string): void {
    const messages = this.#mail.get(account) ?? [];
    this.#mail.set(account, [...messages, unescapeOctets(octets)]);
  }

  async connect(): Promise<Peer> {
    await (this.#ready ??= this.#prepare());
    const { ports, ca } = this.server;
    const isSecure = this.#kind === "submissions" || this.#kind === "pop3s";
    const peer = await SocketPeer.connect(ports[this.#kind]!, ca, isSecure);
    this.#peers.push(peer);
    return peer;
  }

  async #prepare(): Promise<void> {
    await this.server.configure(this.#keys);
    const accounts = Object.keys(this.#keys.Accounts as Keys);
    for (const account of accounts) {
      if (this.protocol !== "pop3") continue;
      await this.server.deliver(account, this.#mail.get(account) ?? []);
    }
  }

  isWholeReply(lines: readonly string[]): boolean {
    return this.protocol === "smtp"
      ? !/^\d{3}-/.test(lines.at(-1)!)
      : lines.at(-1) === "." || lines[0]!.startsWith("-ERR");
  }

  /** Ends all connections; what the server said and nobody wanted to hear. */
  async close(): Promise<string> {
    return (await Promise.all(this.#peers.map((peer) => peer.leave())))
      .join("");
  }

  wait(): Promise<void> {
    throw new Error("Cannot let time pass on a real server");
  }

  stop(): Promise<void> {
    throw new Error("Cannot stop a server that other scripts need");
  }

  expect(): void {
    throw new Error("Cannot look into a real server");
  }
}

/** What the stages in memory begin with. */
function startingKeys(protocol: string): Keys {
  const keys: Keys = {
    server_name: protocol === "smtp" ? "mx.example.test" : "pop.example.test",
    domain: "example.test",
    Accounts: {},
    Aliases: {},
    SMTP: { check_from_header: false },
    Outbound: { enabled: false },
    POP3: { allow_plaintext_auth: true, enable_apop: false },
  };
  mechanisms(protocol === "smtp" ? "SMTP" : "POP3")(
    keys,
    protocol === "smtp" ? [] : ["PLAIN", "LOGIN"],
  );
  return keys;
}

function givenOf(protocol: string, what: string): Given | undefined {
  const object = protocol === "smtp" ? "SMTP" : "POP3";
  switch (what) {
    case "user":
      return user;
    case "alias":
      return (keys, [address, ...targets]) =>
        (keys.Aliases as Keys)[address!] = targets;
    case "mechanisms":
      return mechanisms(object);
    case "listener":
      return protocol === "smtp" ? () => {} : undefined;
    case "remoteDelivery":
      return (keys, [value]) => keys.Outbound = { enabled: value === "on" };
    case "mail":
    case "implicit_tls":
      return protocol === "pop3" ? () => {} : undefined;
    case "message":
      return (keys, words) => {
        const [, name, value] = /^(\w+)=(.*)$/s.exec(words.join(" "))!;
        (keys.SMTP as Keys)[name!] = value;
      };
    default:
      return keyOf(object, what);
  }
}

const user: Given = (keys, [address, password, ...words]) =>
  (keys.Accounts as Keys)[address!] = {
    password,
    legacy: words.includes("legacy"),
    enabled: !words.includes("disabled"),
    receives: !words.includes("refuses"),
  };

function mechanisms(object: "SMTP" | "POP3"): Given {
  return (keys, names) =>
    Object.assign(keys[object] as Keys, {
      enable_auth: names.length > 0,
      enable_auth_plain: names.includes("PLAIN"),
      enable_auth_login: names.includes("LOGIN"),
      enable_auth_cram_md5: names.includes("CRAM-MD5"),
      enable_auth_scram: names.some((name) => name.startsWith("SCRAM")),
    });
}

/** A key of `SMTP` or `POP3`, under its own name or that of the protocol's record. */
function keyOf(object: "SMTP" | "POP3", what: string): Given | undefined {
  const name = (object === "SMTP" ? SMTP_NAMES : POP3_NAMES)[what] ?? what;
  const known = configurationSchema().properties?.[object]?.properties;
  if (known?.[name] === undefined) return undefined;
  return (keys, words) =>
    (keys[object] as Keys)[name] = valueOf(words.join(" "));
}

function valueOf(text: string): string | number | boolean {
  if (text === "on" || text === "off") return text === "on";
  return /^\d+$/.test(text) ? Number(text) : text;
}
