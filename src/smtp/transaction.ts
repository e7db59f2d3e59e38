/**
 * A mail transaction: what MAIL begins and what RSET forgets (RFC 5321 §3.3, §4.1.1.5).
 *
 * @module
 */

import type { Address } from "../mail/mod.ts";
import type {
  BodyType,
  DeliverBy,
  EnvelopeRecipient,
  Notify,
} from "../queue/mod.ts";
import type { Reception } from "./reception.ts";

/** What the parameters of MAIL said. */
export interface MailParameters {
  /** RFC 1870 §3, in octets. */
  size?: number;
  /** RFC 6152 §2, RFC 3030 §3. */
  body?: BodyType;
  /** RFC 6531 §3.4. */
  smtputf8?: boolean;
  /** RFC 3461 §4.3. */
  ret?: "FULL" | "HDRS";
  /** RFC 3461 §4.4, decoded. */
  envid?: string;
  /** RFC 4865 §4; milliseconds since 1970. */
  notBefore?: number;
  /** RFC 4865 §4, where HOLDFOR said it; seconds. */
  holdFor?: number;
  /** RFC 2852 §4. */
  deliverBy?: DeliverBy;
  /** RFC 6710 §3: -9 to 9. */
  priority?: number;
  /** RFC 8689 §2. */
  requireTls?: true;
}

/** What the parameters of RCPT said. */
export interface RcptParameters {
  /** RFC 3461 §4.1. */
  notify?: readonly Notify[];
  /** RFC 3461 §4.2: "type;address", decoded. */
  orcpt?: string;
}

/** One who gets the message. */
export interface Recipient {
  readonly address: Address;
  readonly envelope: EnvelopeRecipient;
}

export interface Transaction {
  /** Null for the null reverse-path. */
  readonly from: Address | null;
  readonly parameters: Readonly<MailParameters>;
  /** By canonical address: a recipient that is named twice gets the message once. */
  readonly recipients: Map<string, Recipient>;
  /** One entry for each RCPT that was accepted, the repeated ones too: LMTP answers each (RFC 2033 §4.2). */
  readonly accepted: string[];
  /** The message on its way in, from DATA or the first BDAT on. */
  reception?: Reception;
  /** A chunk was refused: the message can no longer be completed (RFC 3030 §2). */
  broken?: true;
}

/** A transaction as MAIL leaves it. */
export function beginTransaction(
  from: Address | null,
  parameters: MailParameters,
): Transaction {
  return { from, parameters, recipients: new Map(), accepted: [] };
}
