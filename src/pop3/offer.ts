/**
 * The SASL mechanisms that this connection is offered (RFC 5034 §3).
 *
 * @module
 */

import { type Mechanism, offered } from "../sasl/mod.ts";
import type { Pop3Session } from "./pop3_session.ts";
import type { Pop3Setting } from "./setting.ts";

interface OfferOptions {
  /** As if readable passwords were accepted. */
  readonly allowPlaintext?: boolean;
}

/** The mechanisms of AUTH, strongest first; none where it is switched off. */
export function offer(
  s: Pop3Session,
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

function enabledNames(setting: Pop3Setting): ReadonlySet<string> {
  const names = new Set(setting.mechanisms);
  if (!setting.enable_auth_login) names.delete("LOGIN");
  if (!setting.enable_auth_plain) names.delete("PLAIN");
  if (!setting.enable_auth_cram_md5) names.delete("CRAM-MD5");
  return names;
}
