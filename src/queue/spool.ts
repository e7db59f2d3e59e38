/**
 * The port of accepted mail: what is in here was answered with 250 and must arrive.
 *
 * Two implementations: `memory_spool.ts` and `file_spool.ts` (an append-only journal).
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";

/** How the message's octets were announced (RFC 6152, RFC 3030). */
export type BodyType = "7BIT" | "8BITMIME" | "BINARYMIME";

/** RFC 3461 §4.1. */
export type Notify = "NEVER" | "SUCCESS" | "FAILURE" | "DELAY";

/** Where a recipient's mail goes, as decided at RCPT. */
export type Destination =
  | {
    readonly kind: "mailbox";
    readonly account: string;
    readonly detail?: string;
  }
  | { readonly kind: "remote"; readonly address: string };

/** RFC 2852 §4: until when a message is of use. */
export interface DeliverBy {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What happens when that has passed: it is returned ("R"), or the sender is told ("N"). */
  readonly mode: "R" | "N";
  /** Servers that relay it to one without DELIVERBY are to say so. */
  readonly trace: boolean;
}

export interface EnvelopeRecipient {
  /** As given at RCPT, without angle brackets. */
  readonly address: string;
  readonly destinations: readonly Destination[];
  readonly notify?: readonly Notify[];
  /** RFC 3461 §4.2: "addr-type;xtext" decoded. */
  readonly orcpt?: string;
}

export interface Envelope {
  /** The reverse-path without angle brackets; "" is the null one. */
  readonly from: string;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly body: BodyType;
  readonly smtputf8: boolean;
  /** RFC 3461 §4.3. */
  readonly ret?: "FULL" | "HDRS";
  /** RFC 3461 §4.4, decoded. */
  readonly envid?: string;
  /** The account that submitted it; absent for mail from strangers. */
  readonly submitter?: string;
  /** FUTURERELEASE (RFC 4865): not tried before; milliseconds since 1970. */
  readonly notBefore?: number;
  /** As many seconds as the sender asked for to come to `notBefore`, where HOLDFOR said it. */
  readonly holdFor?: number;
  /** DELIVERBY (RFC 2852). */
  readonly deliverBy?: DeliverBy;
  /** MT-PRIORITY (RFC 6710): -9 to 9; absent is 0. */
  readonly priority?: number;
  /**
   * True for REQUIRETLS (RFC 8689 §4.2.1): only over verified TLS, to peers that promise
   * the same. False for "TLS-Required: No" (§3): whatever the destination's policy says.
   */
  readonly requireTls?: boolean;
  /** Milliseconds since 1970. */
  readonly received: number;
}

/** What is known of a destination that was tried and waits, or that the operator stopped. */
export interface Progress {
  /** How often it was tried. */
  readonly attempts: number;
  /** It is not tried before; milliseconds since 1970. */
  readonly next: number;
  /** When it was tried last; milliseconds since 1970. */
  readonly last?: number;
  /** What came of that, in the peer's words or ours. */
  readonly reply?: Reply;
  /** Who said it: "mx.example.org[192.0.2.1]:25"; absent where `reply` is ours. */
  readonly peer?: string;
  /** The sender was told of the delay (RFC 3461 §4.1, NOTIFY=DELAY). */
  readonly warned?: true;
  /** The operator stopped it: it is not tried until released. */
  readonly held?: true;
}

/** Progress of destinations, by their {@linkcode destinationKey}. */
export type Notes = Readonly<Record<string, Progress>>;

/** What a report says about an older message: it holds from the moment the report does. */
export interface Conclusion {
  /** Of the message that the report is about. */
  readonly id: string;
  /** Destinations that are done with. */
  readonly destinations: readonly string[];
  /** What is known of others from now on. */
  readonly notes?: Notes;
}

/** A message on its way in. Exactly one of `commit` and `abort` ends it. */
export interface Draft {
  /** Names the message from now on: in trace headers, logs and delivered files. Letters, digits and "-". */
  readonly id: string;
  /** Octets written so far. */
  readonly size: number;
  /** Adds octets; resolves (or returns) when they are taken. Throws a `DiskError`, after which only `abort` is useful. */
  write(bytes: Uint8Array): void | Promise<void>;
  /**
   * Resolves only when message and envelope would survive a power cut. On rejection
   * nothing of it remains.
   *
   * @param concludes What this message reports: both are durable, or neither is, so
   * that a crash can neither lose a bounce nor send it twice.
   */
  commit(envelope: Envelope, concludes?: Conclusion): Promise<void>;
  abort(): Promise<void>;
}

/** An accepted message that waits for some of its destinations: what is kept at hand. */
export interface WaitingEntry {
  readonly id: string;
  readonly size: number;
  /** As the envelope says. */
  readonly notBefore: number;
  readonly priority: number;
  /** Destinations not settled yet, as {@linkcode destinationKey} gives them. */
  readonly pending: ReadonlySet<string>;
  /** Of a pending destination that was tried or held; else undefined. */
  progress(destination: string): Progress | undefined;
}

/** A waiting message whose turn has come, with what is read for that. */
export interface SpoolEntry extends WaitingEntry {
  readonly envelope: Envelope;
}

/** The message's octets, from the first to the last. */
export interface Octets {
  readonly size: number;
  /** The next octets, at most `max`; undefined at the end. */
  read(max: number): Promise<Uint8Array | undefined>;
  close(): void;
}

export interface Spool {
  /** Starts a message. Never waits. */
  begin(): Draft;
  /** Calls `listener` for each entry that is committed from now on. */
  watch(listener: (entry: WaitingEntry) => void): void;
  read(id: string): Promise<Octets>;
  /**
   * Notes what is known of pending destinations from now on, in place of what was.
   * Others are passed over. Resolves when that is durable.
   */
  note(id: string, notes: Notes): Promise<void>;
  /**
   * Notes that destinations of an entry are done with (delivered, bounced, given up).
   * Resolves when that is durable: the entry's delivery will not be repeated for them.
   */
  settle(id: string, destinations: readonly string[]): Promise<void>;
  /** Resolves when `destination` of entry `id` is durably settled, or the entry is unknown. */
  settled(id: string, destination: string): Promise<void>;
  /** An entry that is not fully settled. */
  entry(id: string): WaitingEntry | undefined;
  /** Entries not fully settled, oldest first. */
  entries(): readonly WaitingEntry[];
  /** The same one by one, in no order: costs little where there are many. */
  each(): Iterable<WaitingEntry>;
  /**
   * The same with its envelope, which may have to be read; undefined for an entry that
   * is unknown, or fully settled meanwhile.
   *
   * @throws {DiskError} When it cannot be read.
   */
  load(id: string): Promise<SpoolEntry | undefined>;
  /** The same of several, in their order, at less cost; without those that are gone. */
  loadAll(ids: readonly string[]): Promise<SpoolEntry[]>;
  close(): Promise<void>;
}

/** One word that tells destinations of an entry apart; equal for equal mailboxes. */
export function destinationKey(destination: Destination): string {
  return destination.kind === "mailbox"
    ? `mailbox:${destination.account}`
    : `remote:${destination.address}`;
}

/** The destination that a key tells of, without its detail. */
export function destinationOf(key: string): Destination {
  const colon = key.indexOf(":");
  const name = key.slice(colon + 1);
  return key.startsWith("mailbox:")
    ? { kind: "mailbox", account: name }
    : { kind: "remote", address: name };
}
