/**
 * Commands that exist, but not here (RFC 5321 §4.2.4: 502, where an unknown one gets 500):
 * TURN, SEND, SOML and SAML (RFC 5321 Appendix F), ATRN (RFC 2645), and the first words of HTTP requests, which end the connection.
 *
 * @module
 */

import type { Reply } from "../../mail/mod.ts";
import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";

export const notImplemented: readonly Command[] = [
  ...["TURN", "SEND", "SOML", "SAML", "ATRN"]
    .map((verb) => hiddenRow(verb, replies.notImplemented)),
  ...["GET", "HEAD", "POST", "PUT", "OPTIONS", "CONNECT"]
    .map((verb) => hiddenRow(verb, replies.notHttp)),
];

function hiddenRow(verb: string, reply: Reply): Command {
  return { verb, syntax: `${verb} …`, hidden: true, run: () => reply };
}
