/** The object `POP3`: gomaild's keys, and the limits of a session (RFC 1939, RFC 2449). */

import { z } from "zod";
import { limits } from "../wire/mod.ts";
import { flag, lineText, seconds } from "./kinds.ts";
import { faultKeys, mechanismKeys } from "./shared_keys.ts";

export const pop3Keys = z.strictObject({
  start_greeting: lineText("POP3 server ready").describe(
    "Text of the greeting; a timestamp follows where APOP is offered.",
  ),
  end_greeting: lineText("POP3 server signing off").describe(
    "Text of the reply to QUIT.",
  ),
  enable_user_cmd: flag(true).describe("Enables the commands USER and PASS."),
  secure_user_cmd: flag(true).describe(
    "USER accepts any name, so that nobody can find out which accounts exist.",
  ),
  fake_dele_cmd: flag(false).describe(
    'Deleted messages move to the mailbox "Trash" and are not removed.',
  ),
  user_ok_message: lineText("send PASS").describe(
    "Text of the reply to a USER command that is accepted.",
  ),
  user_invalid_message: lineText("no such user").describe(
    "Text of the reply to USER with an unknown name, where secure_user_cmd is false.",
  ),
  password_ok_message: lineText("").describe(
    "Text of the reply to a login; where empty, the reply tells how full the maildrop is.",
  ),
  password_invalid_message: lineText("wrong user name or password").describe(
    "Text of the reply to a login that failed.",
  ),
  timeout: seconds(limits.pop3.idle / 1000).describe(
    "Seconds without a command until a connection is closed (RFC 1939 §3 asks for 600). 0 is the default.",
  ),
  login_timeout: seconds(limits.pop3.idleBeforeLogin / 1000).describe(
    "The same before login. 0 is the default.",
  ),
  timeout_message: lineText("idle for too long").describe(
    "Text of the reply that closes a silent connection.",
  ),
  enable_stls: flag(true).describe(
    "Offers STLS (RFC 2595) where there is a certificate.",
  ),
  enable_apop: flag(true).describe(
    "Offers APOP, which works for accounts that opted in to it.",
  ),
  enable_auth: flag(true).describe("Offers AUTH (RFC 5034)."),
  ...mechanismKeys,
  allow_plaintext_auth: flag(false).describe(
    "Lets USER and PASS, PLAIN and LOGIN, which show the password, work without TLS.",
  ),
  login_delay: z.int().min(0).default(0).describe(
    "Seconds that have to pass between two logins of one account (RFC 2449 §6.5). 0 is none.",
  ),
  ...faultKeys(limits.pop3),
});
