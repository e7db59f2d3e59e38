/** Which mechanisms a connection is offered: the same rule for every protocol. */

import type { Mechanism } from "./mechanism.ts";
import { mechanisms } from "./mechanisms.ts";

/** What the offer depends on. */
export interface OfferConditions {
  /** The connection is protected by TLS. */
  readonly tls: boolean;
  /** Its tls-server-end-point binding is known. */
  readonly hasBinding: boolean;
  /** Passwords may cross the wire readable without TLS. */
  readonly allowPlaintextWithoutTls: boolean;
  /** Mechanisms for accounts that opted in to them are wanted at all. */
  readonly legacy: boolean;
  /** Names that the operator switched on; without it, all. */
  readonly enabled?: ReadonlySet<string> | undefined;
}

/** The mechanisms to offer, strongest first (RFC 4954 §4, RFC 8314 §3: no readable password without TLS). */
export function offered(conditions: OfferConditions): readonly Mechanism[] {
  const { tls, hasBinding, allowPlaintextWithoutTls, legacy, enabled } =
    conditions;
  return mechanisms.filter((mechanism) =>
    (!mechanism.plaintext || tls || allowPlaintextWithoutTls) &&
    (!mechanism.needsBinding || (tls && hasBinding)) &&
    (!mechanism.legacy || legacy) &&
    (enabled?.has(mechanism.name) ?? true)
  );
}

/** True when a `-PLUS` mechanism is among the offer: what {@linkcode SaslContext.offersPlus} wants to know. */
export function offersPlus(offer: readonly Mechanism[]): boolean {
  return offer.some((mechanism) => mechanism.needsBinding);
}
