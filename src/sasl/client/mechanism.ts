/**
 * SASL mechanisms from the client's side, as sessions (RFC 4422).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";

/** What a mechanism may use of the world around it. */
export interface ClientSaslContext {
  readonly user: string;
  readonly password: string;
  /**
   * Sends a response and waits for the next challenge. The first may be undefined:
   * the server is to speak first.
   *
   * @throws {ServerUnproven} When the server ends the exchange with success instead.
   */
  readonly tell: (response: Uint8Array | undefined) => Session<Uint8Array>;
  readonly random: (octets: number) => Uint8Array;
}

/** One mechanism: a file, and a line in `mechanisms.ts`. */
export interface ClientMechanism {
  readonly name: string;
  /** True when the password crosses the wire readable. */
  readonly plaintext: boolean;
  /**
   * The dialogue; returns the last response, after which the server has to say
   * whether we are in.
   *
   * @throws {ServerUnproven} When the server breaks the mechanism's rules.
   */
  readonly run: (context: ClientSaslContext) => Session<Uint8Array>;
}

/** The server did not show that it knows the password, or broke the mechanism's grammar. */
export class ServerUnproven extends Error {
  override name = "ServerUnproven";
}
