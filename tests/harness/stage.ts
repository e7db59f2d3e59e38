/** Where a transcript is played: the ports between the player and whatever answers. */

import type { BlockLine } from "./transcript.ts";

/** One client's connection. */
export interface Peer {
  /** Sends octets, in one piece. */
  send(bytes: Uint8Array): Promise<void>;
  /** The next line that the server sent, without its CRLF; undefined when there is none and none will come by itself. */
  hear(): Promise<string | undefined>;
  /** The next octets, as a byte string; fewer when there are no more. Where the client is tested. */
  hearOctets?(count: number): Promise<string>;
  /** A line that came without being waited for, if there is one already. */
  surplus(): Promise<string | undefined>;
  /** True once the server has begun its side of a TLS upgrade; then performs the client's. */
  startTls(): Promise<boolean>;
  /** True once the server has closed the connection. */
  isClosed(): Promise<boolean>;
  /** Sends no more. */
  end(): Promise<void>;
}

/** A server and the world around it, made fresh for each script. */
export interface Stage {
  /** Prepares the world; throws for words that it does not know. */
  given(words: readonly string[]): void | Promise<void>;
  /** Connects client number `client`. */
  connect(client: number): Promise<Peer>;
  /** What the server made up in `actual`, as the script has it in `expected`. */
  asScripted?(expected: string, actual: string): string;
  /** What a script says, with what the server made up in it. */
  asServed?(text: string): string;
  /** True when `lines` are a whole reply (or more). */
  isWholeReply(lines: readonly string[]): boolean;
  /** Lets time pass. */
  wait(milliseconds: number): Promise<void>;
  /** Tells the server to stop. */
  stop(): Promise<void>;
  /** Looks at the world. `match` compares lines with the script's block and throws where they differ. */
  expect(
    words: readonly string[],
    match: (actual: readonly string[]) => void,
    block: readonly BlockLine[],
  ): void | Promise<void>;
}
