/**
 * One message on its way from the wire into a draft, in constant memory.
 *
 * Whatever goes wrong is remembered and told at the end: the octets that still come
 * have to be read anyway, or the rest of the message would be taken for commands.
 *
 * @module
 */

import type { Address, Reply } from "../mail/mod.ts";
import type { Draft, Envelope } from "../queue/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import type { HeaderFilter, HeaderWishes } from "./header_filter.ts";
import { LineEnds } from "./line_ends.ts";
import * as replies from "./replies.ts";

export interface ReceptionOptions {
  /** The most octets that the message may have. */
  readonly limit: number;
  /** Looks at the header section, and may change it. */
  readonly header: HeaderFilter;
  /** Whether lines have to end in CRLF, and who reads them has not looked. */
  readonly checkLines: boolean;
  /** Turns a failure of the draft into a reply. */
  readonly onFault: (error: unknown) => Reply;
  /** Told of a draft that could not be dropped. */
  readonly onLeak: (error: unknown) => void;
}

/** Owns a draft until it is committed or dropped. */
export class Reception {
  /** Octets of the message that came in. */
  size = 0;
  #draft: Draft | undefined;
  #options: ReceptionOptions;
  #lines: LineEnds | undefined;
  #writing: Promise<void> | undefined;
  #refusal: Reply | undefined;

  constructor(draft: Draft, options: ReceptionOptions) {
    this.#draft = draft;
    this.#options = options;
    if (options.checkLines) this.#lines = new LineEnds();
  }

  /** What speaks against the message, as far as it has been read. */
  get refusal(): Reply | undefined {
    // In an order that does not depend on the pieces that the octets came in.
    if (this.size > this.#options.limit) return replies.messageTooBig;
    return this.#refusal ?? this.#options.header.refusal;
  }

  /** Addresses of the From field, as far as the header filter looks at it. */
  get authors(): readonly Address[] {
    return this.#options.header.authors ?? [];
  }

  /** The Message-ID, as far as the header filter looks at it. */
  get messageId(): string | undefined {
    return this.#options.header.messageId;
  }

  /** What the header section asks of the queue, once it has passed. */
  get wishes(): HeaderWishes {
    return this.#options.header.wishes ?? {};
  }

  /** Puts `bytes` in front of the message; they do not count to its size. */
  prepend(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  /** Takes octets of the message; `bytes` stays valid until {@linkcode settled}. Never throws. */
  readonly take = (bytes: Uint8Array): void => {
    this.size += bytes.length;
    if (this.size > this.#options.limit) this.drop();
    this.#lines?.push(bytes);
    if (this.#lines?.bare) this.refuse(replies.bareLineEndInMessage);
    if (this.#draft) this.#options.header.push(bytes, this.#write);
  };

  /** Waits until the draft has taken all that it was given. */
  *settled(): Session<void> {
    const writing = this.#writing;
    if (writing === undefined) return;
    yield* work(() => writing);
    this.#writing = undefined;
  }

  /** Refuses the message. What has come of it is dropped. */
  refuse(reply: Reply): void {
    this.#refusal ??= reply;
    this.drop();
  }

  /** The message is complete: whatever can be said against it has been said after this. */
  *finish(): Session<void> {
    this.#lines?.end();
    if (this.#lines?.bare) this.refuse(replies.bareLineEndInMessage);
    if (this.#draft) this.#options.header.end(this.#write);
    yield* this.settled();
  }

  /**
   * Makes a finished message durable; returns its id, or the reply that refuses it.
   * Throws what the spool throws.
   */
  *commit(envelope: Envelope): Session<string | Reply> {
    const draft = this.#draft;
    const refusal = this.refusal;
    if (refusal || !draft) {
      this.drop();
      return refusal ?? replies.localError;
    }
    // From here on the draft is the spool's, even when this session ends now.
    this.#draft = undefined;
    yield* work(() => draft.commit(envelope));
    return draft.id;
  }

  /** Ends the draft without a message. */
  drop(): void {
    const draft = this.#draft;
    if (draft === undefined) return;
    this.#draft = undefined;
    // Nobody waits for it: a session that is being closed cannot.
    const ended = this.#writing
      ? this.#writing.then(() => draft.abort())
      : draft.abort();
    ended.catch(this.#options.onLeak);
  }

  readonly #write = (bytes: Uint8Array): void => {
    // A draft takes one write after the other.
    this.#writing = this.#writing
      ? this.#writing.then(() => this.#writeNow(bytes))
      : this.#writeNow(bytes);
  };

  /** Writes; a promise that never rejects where that takes time. */
  #writeNow(bytes: Uint8Array): Promise<void> | undefined {
    try {
      const written = this.#draft?.write(bytes) || undefined;
      return written?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#refusal === undefined) this.refuse(this.#options.onFault(error));
  }
}
