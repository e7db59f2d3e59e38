/**
 * The replies of the server, by meaning (RFC 5321 §4.2, RFC 3463 for the enhanced codes).
 *
 * Replies that only one row uses stand here too: whoever wants to know what this
 * server can say reads this file.
 *
 * @module
 */

import type { Excess } from "../accounts/mod.ts";
import { formatDate, type Reply, reply } from "../mail/mod.ts";
import type { ListenerKind } from "./setting.ts";

// ── the dialogue ───────────────────────────────────────────────────────

/** RFC 5321 §4.2: the first word is the server's name; RFC 2034 §3: no enhanced code. */
export function greeting(
  kind: ListenerKind,
  serverName: string,
  text: string,
): Reply {
  const protocol = kind === "lmtp" ? "LMTP" : "ESMTP";
  return reply(220, undefined, join(serverName, protocol, text));
}

/** The answer to HELO, EHLO and LHLO; `extensions` are the lines after the first. */
export function hello(
  serverName: string,
  text: string,
  extensions: readonly string[] = [],
): Reply {
  return reply(250, undefined, join(serverName, text), ...extensions);
}

export function closing(text: string): Reply {
  return reply(221, "2.0.0", text);
}

export const ok: Reply = reply(250, "2.0.0", "OK");
export const reset: Reply = reply(250, "2.0.0", "Transaction forgotten");

export const unknownCommand: Reply = reply(500, "5.5.2", "Unknown command");
export const notImplemented: Reply = reply(
  502,
  "5.5.1",
  "Command not implemented",
);
export const lineTooLong: Reply = reply(500, "5.5.2", "Line too long");
export const bareLineEnd: Reply = reply(
  500,
  "5.5.2",
  "Lines end in CRLF and nothing else",
);

export function syntax(form: string): Reply {
  return reply(501, "5.5.4", `Syntax: ${form}`);
}

/** RFC 5321 §4.1.1.1 and §4.1.4. */
export function helloFirst(kind: ListenerKind): Reply {
  const verb = kind === "lmtp" ? "LHLO" : "EHLO";
  return reply(503, "5.5.1", `Send ${verb} first`);
}

export const mailFirst: Reply = reply(503, "5.5.1", "Send MAIL first");
export const noRecipients: Reply = reply(503, "5.5.1", "No valid recipients");
export const badOrder: Reply = reply(503, "5.5.1", "Bad sequence of commands");
export const nestedMail: Reply = reply(503, "5.5.1", "Nested MAIL command");

/** RFC 5321 §4.2.1: 421 closes the connection, as 221 does. */
export const tooManyErrors: Reply = reply(421, "4.7.0", "Too many errors");
export const tooManyIdle: Reply = reply(
  421,
  "4.7.0",
  "Too many commands that move no mail",
);
export const shuttingDown: Reply = reply(
  421,
  "4.3.2",
  "Service shutting down, try again later",
);

export function timedOut(text: string): Reply {
  return reply(421, "4.4.2", text);
}

/** Our fault, not the peer's; the log knows more. */
export const localError: Reply = reply(
  451,
  "4.3.0",
  "Local error, try again later",
);
export const diskFull: Reply = reply(
  452,
  "4.3.1",
  "Not enough storage, try again later",
);

export function verifyNothing(verb: string): Reply {
  return reply(
    252,
    "2.5.2",
    `${verb} tells nothing here; try RCPT, mail is accepted for whom it names`,
  );
}

/** RFC 5321 §4.2.3. */
export function help(lines: readonly string[]): Reply {
  return reply(214, "2.0.0", ...lines);
}

export const unknownHelpTopic: Reply = reply(
  504,
  "5.5.4",
  "No help on that",
);

/** Some page in a browser lets it talk to us. */
export const notHttp: Reply = reply(421, "4.7.0", "This is not an HTTP server");

// ── STARTTLS and AUTH ──────────────────────────────────────────────────

export const startTls: Reply = reply(220, "2.0.0", "Ready to start TLS");
export const alreadyProtected: Reply = reply(
  503,
  "5.5.1",
  "TLS is active already",
);

/** RFC 4954 §4: base 64, which may be empty; the space stays. */
export function challenge(text: string): Reply {
  return reply(334, undefined, text);
}

// RFC 4954 §6 names code and enhanced code of each.
export const loggedIn: Reply = reply(
  235,
  "2.7.0",
  "Authentication succeeded",
);
export const badLogin: Reply = reply(
  535,
  "5.7.8",
  "Authentication credentials invalid",
);
export const authUnavailable: Reply = reply(
  454,
  "4.7.0",
  "Temporary authentication failure",
);
export const authLineTooLong: Reply = reply(
  500,
  "5.5.6",
  "Authentication exchange line is too long",
);
export const badResponse: Reply = reply(
  501,
  "5.5.2",
  "Malformed authentication response",
);
export const noInitialResponse: Reply = reply(
  501,
  "5.7.0",
  "This mechanism takes no initial response",
);
export const cancelled: Reply = reply(501, "5.7.0", "Authentication cancelled");
export const unknownMechanism: Reply = reply(
  504,
  "5.5.4",
  "Unknown authentication mechanism",
);
export const tlsForMechanism: Reply = reply(
  538,
  "5.7.11",
  "Encryption required for this authentication mechanism",
);
export const alreadyLoggedIn: Reply = reply(
  503,
  "5.5.1",
  "Authenticated already",
);
export const tooManyLogins: Reply = reply(
  421,
  "4.7.0",
  "Too many failed logins",
);

// ── MAIL and RCPT ──────────────────────────────────────────────────────

export function senderOk(text: string): Reply {
  return reply(250, "2.1.0", text);
}

export function recipientOk(text: string): Reply {
  return reply(250, "2.1.5", text);
}

/** RFC 3463 X.1.7. */
export function badSender(text: string): Reply {
  return reply(501, "5.1.7", text);
}

/** RFC 3463 X.1.3. */
export function badRecipient(text: string): Reply {
  return reply(501, "5.1.3", text);
}

/** RFC 6531 §3.5, §4.4: a UTF-8 address without SMTPUTF8. */
export const utf8NotAsked: Reply = reply(
  553,
  "5.6.7",
  "A UTF-8 address needs the parameter SMTPUTF8",
);

export const unknownUser: Reply = reply(550, "5.1.1", "No such user here");
export const disabledUser: Reply = reply(550, "5.2.1", "Mailbox disabled");
/** A rewritten sender (SRS) whose time is over. */
export const expiredSender: Reply = reply(
  550,
  "5.1.1",
  "This address for bounces has expired",
);
export const bouncesOnly: Reply = reply(
  550,
  "5.7.1",
  "This address takes bounces only, from the null reverse-path",
);
export const aliasLoop: Reply = reply(
  550,
  "5.4.6",
  "The aliases of this address lead in a circle",
);
export const relayingDenied: Reply = reply(550, "5.7.1", "Relaying denied");
/** RFC 3463 X.4.4: no route leads there. */
export const noRemoteDelivery: Reply = reply(
  550,
  "5.4.4",
  "This server delivers to its own users only, not to other servers",
);
export const tooManyRecipients: Reply = reply(
  452,
  "4.5.3",
  "Too many recipients",
);

/** RFC 3207 §4. */
export const tlsFirst: Reply = reply(
  530,
  "5.7.0",
  "Must issue a STARTTLS command first",
);
/** RFC 4954 §6. */
export const authFirst: Reply = reply(530, "5.7.0", "Authentication required");
export const notYourAddress: Reply = reply(
  550,
  "5.7.1",
  "You may send from your own addresses only",
);

// ── ETRN (RFC 1985 §5.3; enhanced codes by RFC 3463) ──────────────────

/** 251 and 253. */
export function queueStarted(node: string, messages: number): Reply {
  return messages === 0
    ? reply(251, "2.0.0", `No messages wait for ${node}`)
    : reply(253, "2.0.0", `${messages} pending messages for ${node} started`);
}

export function queueNotStarted(node: string): Reply {
  return reply(458, "4.3.0", `Unable to start the queue for ${node}`);
}

export function nodeNotAllowed(node: string, why: string): Reply {
  return reply(459, "4.7.1", `${node} not allowed: ${why}`);
}

/**
 * 450 and X.7.1, as Postfix's policy servers have it: a client keeps the mail and tries
 * again. Not 452 4.5.3, after which it would send the other recipients at once.
 */
export function sentTooMuch({ what, per, limit, until }: Excess): Reply {
  return reply(
    450,
    "4.7.1",
    `You have sent too much: your limit is ${limit} ${what} in ${
      per === "day" ? "a day" : "an hour"
    }; it is open again at ${formatDate(until)}`,
  );
}

// ── parameters ─────────────────────────────────────────────────────────

/** RFC 5321 §4.1.1.11. */
export function unknownParameter(keyword: string): Reply {
  return reply(555, "5.5.4", `Unknown parameter ${keyword}`);
}

export function repeatedParameter(keyword: string): Reply {
  return reply(501, "5.5.4", `Parameter ${keyword} given twice`);
}

export function badParameter(keyword: string): Reply {
  return reply(501, "5.5.4", `Bad value of parameter ${keyword}`);
}

export const malformedParameters: Reply = reply(
  501,
  "5.5.4",
  "Malformed parameters",
);

export const noValue: (keyword: string) => Reply = (keyword) =>
  reply(501, "5.5.4", `Parameter ${keyword} takes no value`);

/** RFC 4865 §4. */
export function holdTooLong(seconds: number): Reply {
  return reply(
    501,
    "5.5.4",
    `Messages are held for at most ${seconds} seconds`,
  );
}
export const holdUntilPast: Reply = reply(
  501,
  "5.5.4",
  "HOLDUNTIL names a time in the past",
);
export const twoHolds: Reply = reply(
  501,
  "5.5.4",
  "HOLDFOR and HOLDUNTIL exclude each other",
);
/** RFC 2852 §4.1, RFC 4865 §4. */
export const neverInTime: Reply = reply(
  501,
  "5.5.4",
  "Held until then, the message cannot be delivered by the time of BY",
);

// ── the message ────────────────────────────────────────────────────────

export function startData(text: string): Reply {
  return reply(354, undefined, text);
}

export function queued(text: string, id: string): Reply {
  return reply(250, "2.0.0", `${text} as ${id}`);
}

/** RFC 3030 §2. */
export function chunkTaken(octets: number): Reply {
  return reply(250, "2.0.0", `${octets} octets received`);
}

export const binaryNeedsBdat: Reply = reply(
  503,
  "5.5.1",
  "BINARYMIME needs BDAT, not DATA",
);
export const messageTooBig: Reply = reply(
  552,
  "5.3.4",
  "Message exceeds the size limit",
);
export const bareLineEndInMessage: Reply = reply(
  554,
  "5.6.0",
  "Message holds a CR or LF that is not part of a CRLF",
);
export const headerTooBig: Reply = reply(
  552,
  "5.3.4",
  "Header section exceeds the size limit",
);
export const notYourFrom: Reply = reply(
  550,
  "5.7.1",
  "The From field names no address of yours",
);
export const mailLoop: Reply = reply(
  554,
  "5.4.6",
  "Too many Received fields: mail loop",
);

function join(...words: string[]): string {
  return words.filter((word) => word !== "").join(" ");
}
