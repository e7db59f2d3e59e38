/**
 * Whether a message that is held may still be delivered in time (RFC 2852, RFC 4865).
 *
 * @module
 */

import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import type { MailParameters } from "./transaction.ts";

/** @throws {Refusal} When the message would be returned as late before it was ever tried. */
export function checkInTime({ notBefore, deliverBy }: MailParameters): void {
  if (notBefore === undefined || deliverBy?.mode !== "R") return;
  if (deliverBy.at <= notBefore) refuse(replies.neverInTime);
}
