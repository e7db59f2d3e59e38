/**
 * Whether and where mail for an address goes (RFC 5321 §3.4, §3.6, §4.5.1).
 *
 * @module
 */

import type { Resolution, Target } from "../accounts/mod.ts";
import { type Address, formatAddress, srsReverse } from "../mail/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import type { SmtpSession } from "./smtp_session.ts";
import type { RcptParameters, Recipient } from "./transaction.ts";

/**
 * The recipient that `address` names.
 *
 * @throws {Refusal} When this sender cannot send there through us.
 */
export function* recipientFor(
  s: SmtpSession,
  address: Address,
  parameters: RcptParameters,
): Session<Recipient> {
  const meant = bounceTarget(s, address) ?? address;
  const bounce = meant !== address;
  const found = yield* work(() => s.setting.accounts.resolve(meant));
  const destinations = targetsOf(s, meant, found, bounce);
  const deliverable = s.setting.remoteDelivery ||
    destinations.every((target) => target.kind === "mailbox");
  if (!deliverable) refuse(replies.noRemoteDelivery);
  const envelope = { address: formatAddress(address), destinations };
  return { address, envelope: { ...envelope, ...parameters } };
}

/**
 * Where a bounce of forwarded mail leads back to (SRS); undefined for all other addresses.
 * It is no relay for everybody: only bounces go there, and only where mail came from.
 */
function bounceTarget(s: SmtpSession, address: Address): Address | undefined {
  const { srsHash, now, accounts } = s.setting;
  if (!srsHash || !accounts.isLocal(address.domain)) return undefined;
  const options = { hash: srsHash, now: now() };
  const found = srsReverse(address.localPart, options);
  if (found === undefined) return undefined;
  if (found.kind === "forged") refuse(replies.unknownUser);
  if (found.kind === "expired") refuse(replies.expiredSender);
  if (s.transaction?.from !== null) refuse(replies.bouncesOnly);
  return found.address;
}

function targetsOf(
  s: SmtpSession,
  address: Address,
  found: Resolution,
  bounce: boolean,
): readonly Target[] {
  switch (found.kind) {
    case "found":
      return found.targets;
    case "unknown":
      return refuse(replies.unknownUser);
    case "disabled":
      return refuse(replies.disabledUser);
    case "loop":
      return refuse(replies.aliasLoop);
    case "remote":
      // RFC 5321 §3.6.1: only for those who have proven who they are, or whom we stand in for.
      if (!s.login && !bounce && !s.setting.relaysFor(address.domain)) {
        refuse(replies.relayingDenied);
      }
      return [{ kind: "remote", address: formatAddress(address) }];
  }
}
