/**
 * ETRN (RFC 1985): what waits for a domain is tried at once, as its server asks.
 *
 * Nothing is sent to who asks: the mail goes where the DNS says that the domain is.
 * Leaves out 250 and 252, which say less than 251 and 253: the count is always known.
 *
 * @module
 */

import { parseDomain } from "../../mail/mod.ts";
import { utf8FromByteString } from "../../bytes/mod.ts";
import { type Session, work } from "../../wire/mod.ts";
import { isEnding, logFault } from "../fault.ts";
import * as replies from "../replies.ts";
import type { Command, Extension, Outcome } from "../rows.ts";
import type { EtrnSetting, QueueNode } from "../setting.ts";
import type { SmtpSession } from "../smtp_session.ts";

const command: Command = {
  verb: "ETRN",
  syntax: "ETRN <domain> | @<domain> | #<queue>",
  after: "hello",
  on: ["mx", "submission", "submissions"],
  idle: true,
  *run(s, args) {
    const { etrn } = s.setting;
    if (!etrn) return replies.notImplemented;
    // RFC 1985 §5.1: it is no part of a transaction.
    if (s.transaction) return replies.badOrder;
    const node = parseNode(args);
    if (!node) return replies.syntax(command.syntax);
    if (!mayAsk(s, etrn)) {
      return replies.nodeNotAllowed(args, "you may not start queues here");
    }
    return yield* start(s, etrn, node, args);
  },
};

export const etrn: Extension = {
  keyword: "ETRN",
  rfc: "RFC 1985",
  advertise: (s) =>
    s.setting.etrn && mayAsk(s, s.setting.etrn) ? "" : undefined,
  commands: [command],
};

function mayAsk({ link, login }: SmtpSession, etrn: EtrnSetting): boolean {
  return login !== undefined && etrn.authenticated ||
    etrn.mayAsk(link.remoteAddress);
}

function* start(
  s: SmtpSession,
  etrn: EtrnSetting,
  node: QueueNode,
  name: string,
): Session<Outcome> {
  try {
    const messages = yield* work(() => etrn.startQueue(node));
    s.setting.log("smtp.etrn", { session: s.link.id, node: name, messages });
    return messages === undefined
      ? replies.nodeNotAllowed(name, "no such queue")
      : replies.queueStarted(name, messages);
  } catch (error) {
    if (isEnding(error)) throw error;
    logFault(s, error);
    return replies.queueNotStarted(name);
  }
}

/** RFC 1985 §5.3; the name of a queue is up to us. */
function parseNode(text: string): QueueNode | undefined {
  if (text.startsWith("#")) {
    const name = text.slice(1);
    return /^[\x21-\x7e]{1,255}$/.test(name)
      ? { kind: "queue", name }
      : undefined;
  }
  const rest = text.startsWith("@") ? text.slice(1) : text;
  const domain = parseDomain(utf8FromByteString(rest) ?? "");
  if (domain === undefined) return undefined;
  return { kind: text.startsWith("@") ? "domains" : "domain", domain };
}
