/** Keys that `SMTP`, `POP3` and `IMAP` share. */

import { count, flag } from "./kinds.ts";

/** Which SASL mechanisms are offered. */
export const mechanismKeys = {
  enable_auth_login: flag(true).describe("Offers the mechanism LOGIN."),
  enable_auth_plain: flag(true).describe(
    "Offers the mechanism PLAIN (RFC 4616).",
  ),
  enable_auth_cram_md5: flag(true).describe(
    "Offers the mechanism CRAM-MD5 (RFC 2195), which works for accounts that opted in to it.",
  ),
  enable_auth_scram: flag(true).describe(
    "Offers SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 7677, RFC 5802), and their -PLUS forms under TLS, unless channel_binding of TLS says otherwise.",
  ),
};

/** How much one connection may do wrong. */
export const faultKeys = (
  presets: { readonly errors: number; readonly authFailures: number },
) => ({
  max_errors: count(presets.errors).describe(
    "Refused commands in one connection until it is closed.",
  ),
  max_auth_failures: count(presets.authFailures).describe(
    "Failed logins in one connection until it is closed.",
  ),
});
