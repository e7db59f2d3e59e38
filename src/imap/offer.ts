/**
 * The SASL mechanisms that this connection is offered (RFC 9051 §6.2.2).
 *
 * @module
 */

import { type Mechanism, offered } from "../sasl/mod.ts";
import type { ImapSession } from "./imap_session.ts";
import type { ImapSetting } from "./setting.ts";

interface OfferOptions {
  /** As if readable passwords were accepted. */
  readonly allowPlaintext?: boolean;
}

/** The mechanisms of AUTHENTICATE, strongest first; none where it is switched off. */
export function offer(
  s: ImapSession,
  options: OfferOptions = {},
): readonly Mechanism[] {
  const { setting } = s;
  if (!setting.enable_auth) return [];
  return offered({
    tls: s.link.tls !== undefined,
    hasBinding: s.link.tls?.endPoint !== undefined,
    allowPlaintextWithoutTls: options.allowPlaintext ??
      setting.allowPlaintextAuth,
    // CRAM-MD5 is wanted where the setting names it.
    legacy: true,
    enabled: enabledNames(setting),
  });
}

function enabledNames(setting: ImapSetting): ReadonlySet<string> {
  const names = new Set(setting.mechanisms);
  if (!setting.enable_auth_login) names.delete("LOGIN");
  if (!setting.enable_auth_plain) names.delete("PLAIN");
  if (!setting.enable_auth_cram_md5) names.delete("CRAM-MD5");
  return names;
}
