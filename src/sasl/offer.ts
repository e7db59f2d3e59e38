/** The mechanisms that a mailbox session is offered (RFC 5034 §3, RFC 9051 §6.2.2): POP3's rule and IMAP's. */

import type { Link } from "../wire/mod.ts";
import type { Mechanism } from "./mechanism.ts";
import { offered } from "./offered.ts";

/** What the operator says of logging in; the settings of POP3 and IMAP have it. */
export interface OfferSetting {
  readonly enable_auth: boolean;
  readonly enable_auth_login: boolean;
  readonly enable_auth_plain: boolean;
  readonly enable_auth_cram_md5: boolean;
  /** Passwords may cross the wire readable without TLS. */
  readonly allowPlaintextAuth: boolean;
  /** By name; the keys above can take some away. */
  readonly mechanisms: readonly string[];
}

interface OfferOptions {
  /** As if readable passwords were accepted. */
  readonly allowPlaintext?: boolean;
}

/** The mechanisms to log in by, strongest first; none where that is switched off. */
export function offer(
  { link, setting }: { readonly link: Link; readonly setting: OfferSetting },
  options: OfferOptions = {},
): readonly Mechanism[] {
  if (!setting.enable_auth) return [];
  return offered({
    tls: link.tls !== undefined,
    hasBinding: link.tls?.endPoint !== undefined,
    allowPlaintextWithoutTls: options.allowPlaintext ??
      setting.allowPlaintextAuth,
    // CRAM-MD5 is wanted where the setting names it.
    legacy: true,
    enabled: enabledNames(setting),
  });
}

function enabledNames(setting: OfferSetting): ReadonlySet<string> {
  const names = new Set(setting.mechanisms);
  if (!setting.enable_auth_login) names.delete("LOGIN");
  if (!setting.enable_auth_plain) names.delete("PLAIN");
  if (!setting.enable_auth_cram_md5) names.delete("CRAM-MD5");
  return names;
}
