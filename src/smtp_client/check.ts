/**
 * Whether a peer can take a message as it is, looked at before anything is sent.
 *
 * Nothing is converted: what a peer cannot take fails with the reply that the peer
 * would have given.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { Session } from "../wire/mod.ts";
import type { ClientSession } from "./client_session.ts";
import { hasEightBit } from "./content.ts";
import { canPromise, secondsLeft } from "./parameters.ts";
import { type Path, pathOf, reversePathOf } from "./paths.ts";
import * as replies from "./replies.ts";
import type { Transmission } from "./transmission.ts";

/** A message that the peer can take. */
export interface Checked {
  readonly from: Path;
  /** Whether SMTPUTF8 is asked for. */
  readonly smtputf8: boolean;
  /** One a recipient, in their order: its path, or why it has none here. */
  readonly to: readonly (Path | Reply)[];
}

/** Looks at everything that can be known beforehand; a reply for all recipients when the message cannot go. */
export function* check(
  s: ClientSession,
  transmission: Transmission,
): Session<Checked | Reply> {
  const refusal = messageRefusal(s, transmission);
  if (refusal) return refusal;
  const from = reversePathOf(transmission.from);
  if (!from) return replies.badSender;
  const paths = transmission.recipients.map(({ address }) => pathOf(address));
  if (s.capabilities.smtputf8) {
    const smtputf8 = transmission.smtputf8 || from.needsUtf8 ||
      paths.some((path) => path?.needsUtf8);
    const to = paths.map((path) => path ?? replies.badRecipient);
    return { from, smtputf8, to };
  }
  // RFC 6531 §3.4: many ask for SMTPUTF8 and do not need it; a message of nothing but
  // US-ASCII is an ordinary one.
  if (from.needsUtf8) return replies.noUtf8;
  if (transmission.smtputf8 && (yield* hasEightBit(transmission))) {
    return replies.noUtf8;
  }
  const to = paths.map((path) =>
    path?.needsUtf8 ? replies.noUtf8 : path ?? replies.badRecipient
  );
  return { from, smtputf8: false, to };
}

function messageRefusal(
  s: ClientSession,
  transmission: Transmission,
): Reply | undefined {
  return sizeRefusal(s, transmission) ?? bodyRefusal(s, transmission) ??
    tlsRefusal(s, transmission) ?? timeRefusal(s, transmission);
}

/** RFC 1870 §6.1; 0 is no limit. */
function sizeRefusal(
  { capabilities }: ClientSession,
  { size }: Transmission,
): Reply | undefined {
  const limit = capabilities.size;
  return limit && size > limit ? replies.tooBig(limit) : undefined;
}

/** RFC 6152 §3, RFC 3030 §3. */
function bodyRefusal(
  { capabilities }: ClientSession,
  { body }: Transmission,
): Reply | undefined {
  const { eightBitMime, chunking, binaryMime } = capabilities;
  if (body === "8BITMIME" && !eightBitMime) return replies.noEightBit;
  const binary = chunking && binaryMime;
  return body === "BINARYMIME" && !binary ? replies.noBinary : undefined;
}

/** RFC 8689 §4.2.1. */
function tlsRefusal(
  { capabilities, link }: ClientSession,
  { requireTls }: Transmission,
): Reply | undefined {
  if (!requireTls) return undefined;
  if (!link.tls?.verified) return replies.unverifiedTls;
  return capabilities.requireTls ? undefined : replies.noRequireTls;
}

/** RFC 2852 §4.1: with "R" the message is returned rather than late, or without the promise. */
function timeRefusal(
  { capabilities, setting }: ClientSession,
  transmission: Transmission,
): Reply | undefined {
  const { deliverBy } = transmission;
  if (deliverBy?.mode !== "R") return undefined;
  const now = setting.now();
  if (secondsLeft(deliverBy.at, now) <= 0) return replies.expired;
  return canPromise(transmission, capabilities, now)
    ? undefined
    : replies.noDeliverBy;
}
