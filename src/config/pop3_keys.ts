/** The object `POP3`: gomaild's keys, and the limits of a session (RFC 1939, RFC 2449). */

import { z } from "zod";
import { limits } from "../wire/mod.ts";
import { count, flag, lineText, seconds } from "./kinds.ts";

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
    "Offers APOP as soon as an account has opted in to it.",
  ),
  enable_auth: flag(true).describe("Offers AUTH (RFC 5034)."),
  enable_auth_login: flag(true).describe("Offers the mechanism LOGIN."),
  enable_auth_plain: flag(true).describe(
    "Offers the mechanism PLAIN (RFC 4616).",
  ),
  enable_auth_cram_md5: flag(true).describe(
    "Offers the mechanism CRAM-MD5 (RFC 2195) as soon as an account has opted in to it.",
  ),
  enable_auth_scram: flag(true).describe(
    "Offers SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 7677, RFC 5802), and their -PLUS forms under TLS.",
  ),
  allow_plaintext_auth: flag(false).describe(
    "Lets USER and PASS, PLAIN and LOGIN, which show the password, work without TLS.",
  ),
  login_delay: z.int().min(0).default(0).describe(
    "Seconds that have to pass between two logins of one account (RFC 2449 §6.5). 0 is none.",
  ),
  max_errors: count(limits.pop3.errors).describe(
    "Refused commands in one connection until it is closed.",
  ),
  max_auth_failures: count(limits.pop3.authFailures).describe(
    "Failed logins in one connection until it is closed.",
  ),
});
