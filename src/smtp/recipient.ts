/**
 * Whether and where mail for an address goes (RFC 5321 §3.4, §3.6, §4.5.1).
 *
 * @module
 */

import type { Resolution, Target } from "../accounts/mod.ts";
import { type Address, formatAddress } from "../mail/mod.ts";
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
  const found = yield* work(() => s.setting.accounts.resolve(address));
  const destinations = targetsOf(s, address, found);
  const deliverable = s.setting.remoteDelivery ||
    destinations.every((target) => target.kind === "mailbox");
  if (!deliverable) refuse(replies.noRemoteDelivery);
  const envelope = { address: formatAddress(address), destinations };
  return { address, envelope: { ...envelope, ...parameters } };
}

function targetsOf(
  s: SmtpSession,
  address: Address,
  found: Resolution,
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
      // RFC 5321 §3.6.1: only for those who have proven who they are.
      if (!s.login) refuse(replies.relayingDenied);
      return [{ kind: "remote", address: formatAddress(address) }];
  }
}
