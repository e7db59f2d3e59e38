/**
 * What HELO, EHLO and LHLO have in common (RFC 5321 §4.1.1.1, §4.1.4).
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import { forgetTransaction, type SmtpSession } from "./smtp_session.ts";

/**
 * One word of printable characters. What it claims is not checked: clients behind
 * address translation and with odd host names are many (RFC 5321 §4.1.4 forbids
 * to refuse a name that does not resolve).
 */
const NAME = /^[\x21-\x7e\x80-\xff]{1,255}$/;

/** Notes the peer's name; a greeting in the midst of a session acts as RSET (RFC 5321 §4.1.4). */
export function greet(
  s: SmtpSession,
  name: string,
  extended: boolean,
  syntax: string,
): void {
  if (!NAME.test(name)) refuse(replies.syntax(syntax));
  forgetTransaction(s);
  s.hello = { name, extended };
}

/** The greeting and the lines of all extensions that are offered now. */
export function greetWithExtensions(
  s: SmtpSession,
  name: string,
  syntax: string,
): Reply {
  greet(s, name, true, syntax);
  const lines: string[] = [];
  for (const { keyword, advertise } of s.extensions) {
    const value = advertise(s);
    if (value === undefined) continue;
    lines.push(value === "" ? keyword : `${keyword} ${value}`);
  }
  const { serverName, messages } = s.setting;
  return replies.hello(serverName, messages.ehlo_message, lines);
}
