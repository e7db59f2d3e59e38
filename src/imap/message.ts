/**
 * A message as FETCH and SEARCH see it: what is known of it, and ways to read it.
 *
 * @module
 */

import type { Entity, HeaderSection } from "../mail/mod.ts";
import type { Meta } from "../store/mod.ts";
import type { Session } from "../wire/mod.ts";
import type { FindingKind } from "./findings.ts";
import type { Held, Where } from "./texts.ts";

/** The octets of a message, from the first to the last: as the store has them, or in memory already. */
export interface Octets {
  readonly size: number;
  /** The next octets, at most `max`, which nobody changes afterwards; undefined at the end. */
  read(max: number): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Passes over the next octets without reading them. */
  skip(octets: number): void;
  close(): void;
}

/**
 * One message of the selected mailbox, for the length of one command.
 *
 * What was read once is kept, so that several items share one reading. All three
 * sessions throw `NO [EXPUNGEISSUED]` when the message is gone meanwhile.
 */
export interface Message {
  readonly meta: Meta;
  /** Its number in this client's view, from 1. */
  readonly sequence: number;
  /** True for a message that this session was the first to hear of (RFC 3501 §2.3.2). */
  readonly recent: boolean;
  /** The header section with its blank line, as far as `HEADER_SIZE_MAX` of `mail/` reads. */
  header(): Session<Uint8Array>;
  /** The same with its fields, told apart once. */
  section(): Session<HeaderSection>;
  /** The tree of its entities. */
  structure(): Session<Entity>;
  /** Its octets from the first to the last; the caller closes them. */
  octets(): Session<Octets>;
  /**
   * Whether it has `text`, which is folded (`search/collation.ts`); undefined where it has
   * to be read to tell. The first question about a text has to be waited for.
   */
  holds(text: string, where: Where): Held | Session<Held>;
  /** How much was read of it in this command: 1 is as much as a look at its metadata. */
  readonly cost: number;
  /**
   * True where what is kept of it does not have `part` in it; false where that has to be
   * read to tell, undefined where {@linkcode lookFor} has not been asked.
   */
  lacks(part: Uint8Array): boolean | undefined;
  /**
   * As {@linkcode lacks}; it looks through what is kept as `kind` of many messages at once.
   *
   * @param part The same object for all of them.
   */
  lookFor(kind: FindingKind, part: Uint8Array): Session<boolean>;
  /** As {@linkcode found}, where that can be told at once; undefined says nothing. */
  known(kind: FindingKind): Uint8Array | undefined;
  /** What was found out about it, in this command or an earlier one; undefined where it has to be found out now. */
  found(kind: FindingKind): Session<Uint8Array | undefined>;
  /** Keeps what was found out; `octets` must not change afterwards. */
  keep(kind: FindingKind, octets: Uint8Array): void;
}
