/** AUTHENTICATE: proves an account by a SASL mechanism (RFC 9051 §6.2.2, RFC 4959). */

import {
  findMechanism,
  type Identity,
  type Mechanism,
  offer,
  offersPlus,
  runSasl,
  SaslCancelled,
  type SaslExchange,
  SaslSyntaxError,
  SaslUnauthorized,
} from "../../sasl/mod.ts";
import { limits, type Session } from "../../wire/mod.ts";
import { enter, loginFailed } from "../enter.ts";
import type { ImapSession } from "../imap_session.ts";
import { reachable } from "../reachable.ts";
import type { Command } from "../rows.ts";
import { BEFORE_LOGIN } from "../states.ts";
import { bad, no, Refusal } from "../status.ts";

export const authenticate: Command = {
  name: "AUTHENTICATE",
  syntax: "AUTHENTICATE mechanism [initial-response]",
  states: BEFORE_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = scanner.atom();
    // RFC 4959 §3: the rest of the line is base 64, or "=" for an empty response.
    const initial = scanner.tryTake(" ") ? scanner.base64() : undefined;
    scanner.end();
    const mechanism = chosenMechanism(s, name);
    const identity = yield* prove(s, mechanism, initial);
    if (identity === undefined) {
      return loginFailed(s, undefined, mechanism.name);
    }
    return yield* enter(s, identity.address, mechanism.name);
  },
};

function chosenMechanism(s: ImapSession, name: string): Mechanism {
  const mechanism = findMechanism(name, offer(s));
  if (mechanism !== undefined) return mechanism;
  throw new Refusal(
    findMechanism(name, offer(s, { allowPlaintext: true })) === undefined
      ? no("Mechanism is not available", "CANNOT")
      : no("Passwords are accepted under TLS only", "PRIVACYREQUIRED"),
  );
}

function* prove(
  s: ImapSession,
  mechanism: Mechanism,
  initial: string | undefined,
): Session<Identity | undefined> {
  const exchange: SaslExchange = {
    initial,
    *prompt(challenge) {
      // RFC 9051 §6.2.2: one space, also before an empty challenge.
      s.wire.sendLine(`+ ${challenge}`);
      return yield* s.wire.line(limits.imap.authLine);
    },
  };
  const { accounts, serverName, now, random } = s.setting;
  try {
    return yield* runSasl(mechanism, exchange, {
      credentials: reachable(accounts),
      channelBinding: s.link.tls?.endPoint,
      offersPlus: offersPlus(offer(s)),
      serverName,
      now,
      random,
    });
  } catch (error) {
    // RFC 9051 §6.2.2: BAD for "*", and for what is no base 64.
    if (error instanceof SaslCancelled) {
      throw new Refusal(bad("Authentication cancelled"));
    }
    if (error instanceof SaslSyntaxError) {
      throw new Refusal(bad("Response does not fit the mechanism"));
    }
    if (error instanceof SaslUnauthorized) {
      throw new Refusal(
        no("You may not act for somebody else", "AUTHORIZATIONFAILED"),
      );
    }
    throw error;
  }
}
