/**
 * Who a message is from when it is sent on: the envelope's sender, or a rewritten one.
 *
 * Only the envelope changes. Header section and body go on octet for octet, so that
 * signatures in them hold.
 *
 * @module
 */

import {
  formatAddress,
  parseMailbox,
  srsForward,
  type SrsOptions,
} from "../mail/mod.ts";
import type { Envelope, EnvelopeRecipient } from "../queue/mod.ts";

export interface ForwardOptions extends SrsOptions {
  readonly isLocal: (domain: string) => boolean;
  /** The domain that rewritten senders have; by default that of the forwarding address. */
  readonly domain?: string | undefined;
}

/**
 * The reverse-path under which `recipient`'s mail goes to another server, without angle
 * brackets.
 *
 * It is rewritten where an alias here leads elsewhere and the sender is not one of ours:
 * its domain says by SPF (RFC 7208) who may send for it, and that is not us. A sender
 * too long for that is replaced by the null one: no bounce then, rather than no mail.
 */
export function forwardSender(
  { from }: Pick<Envelope, "from">,
  recipient: Pick<EnvelopeRecipient, "address">,
  options: ForwardOptions,
): string {
  const sender = parseMailbox(from);
  const alias = parseMailbox(recipient.address);
  // RFC 5321 §4.5.5: the null reverse-path stays null.
  if (!sender || options.isLocal(sender.domain)) return from;
  if (alias && !options.isLocal(alias.domain)) return from;
  // "Postmaster" has no domain (RFC 5321 §4.5.1).
  const domain = options.domain ?? alias?.domain;
  if (domain === undefined) return from;
  const rewritten = srsForward(sender, domain, options);
  return rewritten === undefined ? "" : formatAddress(rewritten);
}
