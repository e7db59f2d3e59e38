/** The object `IMAP`: texts, switches, and the limits of a session (RFC 9051, RFC 3501). */

import { z } from "zod";
import { limits } from "../wire/mod.ts";
import { count, flag, lineText, seconds } from "./kinds.ts";
import { faultKeys, mechanismKeys } from "./shared_keys.ts";

export const imapKeys = z.strictObject({
  start_greeting: lineText("IMAP server ready").describe(
    "Text of the greeting.",
  ),
  end_greeting: lineText("IMAP server signing off").describe(
    "Text of the BYE that answers LOGOUT.",
  ),
  enable_login_cmd: flag(true).describe("Enables the command LOGIN."),
  password_invalid_message: lineText("Wrong user name or password").describe(
    "Text of the reply to a login that failed.",
  ),
  max_message_size: count(limits.imap.messageSize).describe(
    "Octets of a message that APPEND takes (RFC 7889).",
  ),
  timeout: seconds(limits.imap.idle / 1000).describe(
    "Seconds without a command until a connection is closed (RFC 9051 §5.4 asks for 1800). 0 is the default.",
  ),
  login_timeout: seconds(limits.imap.idleBeforeLogin / 1000).describe(
    "The same before login. 0 is the default.",
  ),
  timeout_message: lineText("Idle for too long").describe(
    "Text of the BYE that closes a silent connection.",
  ),
  enable_starttls: flag(true).describe(
    "Offers STARTTLS where there is a certificate.",
  ),
  enable_compress: flag(true).describe("Offers COMPRESS=DEFLATE (RFC 4978)."),
  enable_uidonly: flag(true).describe(
    "Offers UIDONLY (RFC 9586). Microsoft's Outlook in its cloud switches it on and then breaks its rules: where it fetches mail from here, switch it off.",
  ),
  enable_text_index: flag(true).describe(
    "Keeps the words of all messages of accounts that use IMAP, in the background, so that searches need not read every message. They take about a third of the room of mail without attachments. `denomaild mailbox search` switches it for one account.",
  ),
  enable_auth: flag(true).describe("Offers AUTHENTICATE."),
  ...mechanismKeys,
  allow_plaintext_auth: flag(false).describe(
    "Lets LOGIN and the mechanisms PLAIN and LOGIN, which show the password, work without TLS.",
  ),
  ...faultKeys(limits.imap),
});
