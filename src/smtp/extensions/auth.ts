/**
 * AUTH (RFC 4954): who is it?
 *
 * Where nobody needs to log in (no mechanism is switched on, or LMTP, which hands
 * over inside one site), it is not implemented.
 *
 * @module
 */

import {
  findMechanism,
  type Identity,
  type Mechanism,
  offered,
  offersPlus,
  runSasl,
  SaslCancelled,
  SaslSyntaxError,
  SaslUnauthorized,
} from "../../sasl/mod.ts";
import {
  BareLineEnd,
  limits,
  LineTooLong,
  type Session,
} from "../../wire/mod.ts";
import { isEnding, logFault } from "../fault.ts";
import { Refusal, refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Command, Extension, Outcome } from "../rows.ts";
import { sendReply, type SmtpSession } from "../smtp_session.ts";
import { decodeXtext } from "../../mail/mod.ts";

const command: Command = {
  verb: "AUTH",
  syntax: "AUTH <mechanism> [initial response]",
  after: "hello",
  *run(s, args) {
    if (!isOn(s)) return replies.notImplemented;
    // RFC 4954 §4: once a session, and never inside a transaction.
    if (s.login) return replies.alreadyLoggedIn;
    if (s.transaction) return replies.badOrder;
    const [name, initial, ...more] = args.split(" ");
    if (!name || more.length > 0) return replies.syntax(command.syntax);
    const mechanism = mechanismFor(s, name);
    if (initial !== undefined && !mechanism.clientFirst) {
      return replies.noInitialResponse;
    }
    const identity = yield* prove(s, mechanism, initial);
    if (!identity) return failure(s, mechanism);
    s.login = { account: identity.address, mechanism: mechanism.name };
    s.setting.log("smtp.login", { session: s.link.id, ...s.login });
    return replies.loggedIn;
  },
};

export const auth: Extension = {
  keyword: "AUTH",
  rfc: "RFC 4954",
  advertise(s) {
    const names = offer(s).map(({ name }) => name);
    return names.length > 0 ? names.join(" ") : undefined;
  },
  commands: [command],
  mailParams: {
    // RFC 4954 §5: taken from anybody, believed from nobody.
    AUTH(_, value) {
      if (value !== "<>" && !decodeXtext(value ?? "")) {
        refuse(replies.badParameter("AUTH"));
      }
    },
  },
};

function isOn(s: SmtpSession): boolean {
  const { mechanisms, listener } = s.setting;
  return mechanisms.length > 0 && listener.kind !== "lmtp";
}

function offer(s: SmtpSession): readonly Mechanism[] {
  if (!isOn(s)) return [];
  return offered({
    tls: s.link.tls !== undefined,
    hasBinding: s.link.tls?.endPoint !== undefined,
    allowPlaintextWithoutTls: s.setting.allowPlaintextAuth,
    // Each account opts in for itself; the operator, by the list of names.
    legacy: true,
    enabled: new Set(s.setting.mechanisms),
  });
}

function mechanismFor(s: SmtpSession, name: string): Mechanism {
  const mechanism = findMechanism(name, offer(s));
  if (mechanism) return mechanism;
  const known = findMechanism(name);
  const needsTls = known?.plaintext && !s.link.tls &&
    s.setting.mechanisms.includes(known.name);
  return refuse(needsTls ? replies.tlsForMechanism : replies.unknownMechanism);
}

/** Runs the exchange; throws a Refusal for one that came to no verdict. */
function* prove(
  s: SmtpSession,
  mechanism: Mechanism,
  initial: string | undefined,
): Session<Identity | undefined> {
  const { accounts, serverName, now, random } = s.setting;
  function* prompt(challenge: string): Session<string> {
    sendReply(s, replies.challenge(challenge));
    return yield* s.wire.line(limits.smtp.authLine);
  }
  try {
    return yield* runSasl(mechanism, { initial, prompt }, {
      credentials: accounts,
      channelBinding: s.link.tls?.endPoint,
      offersPlus: offersPlus(offer(s)),
      serverName,
      now,
      random,
    });
  } catch (error) {
    // RFC 4954 §6: 535 as for what was not proven.
    if (error instanceof SaslUnauthorized) return undefined;
    throw refusalFor(s, error);
  }
}

/** What ends an exchange, as a reply (RFC 4954 §4, §6) where there is one. */
function refusalFor(s: SmtpSession, error: unknown): unknown {
  if (isEnding(error)) return error;
  if (error instanceof SaslCancelled) return new Refusal(replies.cancelled);
  if (error instanceof SaslSyntaxError) return new Refusal(replies.badResponse);
  if (error instanceof BareLineEnd) return new Refusal(replies.bareLineEnd);
  if (error instanceof LineTooLong) return new Refusal(replies.authLineTooLong);
  logFault(s, error);
  return new Refusal(replies.authUnavailable);
}

function failure(s: SmtpSession, mechanism: Mechanism): Outcome {
  s.authFailures++;
  s.setting.log("smtp.login_failed", {
    session: s.link.id,
    peer: s.link.remoteAddress,
    mechanism: mechanism.name,
  });
  if (s.authFailures < s.setting.limits.authFailures) return replies.badLogin;
  return [replies.badLogin, replies.tooManyLogins];
}
