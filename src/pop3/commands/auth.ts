/** AUTH: proves an account by a SASL mechanism (RFC 5034 §4). */

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
import { words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { enterMaildrop, loginFailed } from "../login.ts";
import type { Pop3Session } from "../pop3_session.ts";
import { Refusal } from "../reply.ts";
import { replies } from "../replies.ts";

export const auth: Command = {
  verb: "AUTH",
  // RFC 5034 §4: the mechanism is required; CAPA lists them, not AUTH alone.
  syntax: "AUTH mechanism [initial-response]",
  states: ["authorization"],
  *run(s, args) {
    if (!s.setting.enable_auth) return replies.disabled;
    const [name = "", initial] = words(auth, args, 1, 2);
    const mechanism = chosenMechanism(s, name);
    const identity = yield* authenticate(s, mechanism, initial);
    if (identity === undefined) {
      return loginFailed(s, undefined, mechanism.name);
    }
    return yield* enterMaildrop(s, identity.address, mechanism.name);
  },
};

function chosenMechanism(s: Pop3Session, name: string): Mechanism {
  const mechanism = findMechanism(name, offer(s));
  if (mechanism !== undefined) return mechanism;
  throw new Refusal(
    findMechanism(name, offer(s, { allowPlaintext: true })) === undefined
      ? replies.noMechanism
      : replies.needsTls,
  );
}

function* authenticate(
  s: Pop3Session,
  mechanism: Mechanism,
  initial: string | undefined,
): Session<Identity | undefined> {
  const exchange: SaslExchange = {
    initial,
    *prompt(challenge) {
      // RFC 5034 §4: one space, also before an empty challenge.
      s.wire.sendLine(`+ ${challenge}`);
      return yield* s.wire.line(limits.pop3.authLine);
    },
  };
  const { accounts, serverName, now, random } = s.setting;
  try {
    return yield* runSasl(mechanism, exchange, {
      credentials: accounts,
      channelBinding: s.link.tls?.endPoint,
      offersPlus: offersPlus(offer(s)),
      serverName,
      now,
      random,
    });
  } catch (error) {
    if (error instanceof SaslUnauthorized) return undefined;
    if (error instanceof SaslCancelled) throw new Refusal(replies.cancelled);
    if (error instanceof SaslSyntaxError) throw new Refusal(replies.notSasl);
    throw error;
  }
}
