/**
 * The frame around a mechanism that SMTP, POP3 and IMAP share: base 64, initial
 * responses and cancelling (RFC 4954 §4, RFC 5034 §4).
 *
 * @module
 */

import { base64Decode, base64Encode } from "../bytes/mod.ts";
import type { Session } from "../wire/mod.ts";
import {
  type Identity,
  type Mechanism,
  SaslCancelled,
  type SaslContext,
  SaslSyntaxError,
} from "./mechanism.ts";

/** How a protocol carries challenges and responses. */
export interface SaslExchange {
  /** What followed the mechanism's name, as sent; undefined when nothing did. */
  readonly initial?: string | undefined;
  /**
   * Sends "334 text" or "+ text" and reads one line, without its CRLF. The
   * protocol bounds the line; RFC 4954 §4 asks for 12288 octets.
   */
  readonly prompt: (text: string) => Session<string>;
}

/**
 * Runs one authentication.
 *
 * @returns The identity that was proven, or undefined when the login failed.
 * @throws {SaslCancelled} When the client gave up with "*".
 * @throws {SaslSyntaxError} When a response is not base 64 or breaks the
 * mechanism's grammar, or an initial response came where none is allowed.
 * @throws {SaslUnauthorized} When the login was proven, but wants to act for another.
 */
export function runSasl(
  mechanism: Mechanism,
  exchange: SaslExchange,
  context: Omit<SaslContext, "ask">,
): Session<Identity | undefined> {
  let initial = initialResponse(mechanism, exchange.initial);
  function* ask(challenge: Uint8Array): Session<Uint8Array> {
    const given = initial;
    initial = undefined;
    if (given) return given;
    const response = yield* exchange.prompt(base64Encode(challenge));
    if (response === "*") throw new SaslCancelled("The client cancelled");
    return decode(response);
  }
  return mechanism.run({ ...context, ask });
}

function initialResponse(
  mechanism: Mechanism,
  argument: string | undefined,
): Uint8Array | undefined {
  if (argument === undefined) return undefined;
  if (!mechanism.clientFirst) {
    // RFC 4954 §4: 501 where the server has the first word.
    throw new SaslSyntaxError(`${mechanism.name} has no initial response`);
  }
  // RFC 4954 §4: "=" stands for an empty one.
  return argument === "=" ? new Uint8Array(0) : decode(argument);
}

function decode(text: string): Uint8Array {
  const bytes = base64Decode(text);
  if (!bytes) throw new SaslSyntaxError("Response is not base 64");
  return bytes;
}
