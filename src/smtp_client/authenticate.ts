/**
 * AUTH (RFC 4954): logs in to a smarthost by the best mechanism that both sides know.
 *
 * A login that was refused is not tried by another mechanism: accounts get locked
 * that way. Only "I do not know that mechanism" moves on to the next.
 *
 * @module
 */

import { base64Decode, base64Encode, utf8Encode } from "../bytes/mod.ts";
import type { Reply } from "../mail/mod.ts";
import {
  type ClientMechanism,
  clientMechanisms,
  ServerUnproven,
} from "../sasl/mod.ts";
import type { Session } from "../wire/mod.ts";
import {
  Broken,
  type ClientSession,
  isDone,
  isRefusal,
  sendCommand,
} from "./client_session.ts";
import { expectSilence, readReply } from "./read_reply.ts";
import * as replies from "./replies.ts";
import type { ClientLogin } from "./setting.ts";

/** RFC 4954 §4, §6: the mechanism is what they refuse, not the login. */
const MECHANISM_REFUSED = [500, 501, 502, 503, 504, 534, 538];

/** Logs in where the setting has a login. @throws {Broken} When that fails. */
export function* authenticate(s: ClientSession): Session<void> {
  const { login } = s.setting;
  if (!login) return;
  if (s.capabilities.auth.length === 0) {
    throw new Broken("auth", replies.authNotOffered, false);
  }
  let refusal: Reply | undefined;
  for (const mechanism of suitable(s, login)) {
    const reply = yield* prove(s, login, mechanism);
    if (isDone(reply)) {
      s.mechanism = mechanism.name;
      return;
    }
    refusal = reply;
    if (!MECHANISM_REFUSED.includes(reply.code)) break;
  }
  throw refusal
    ? new Broken("auth", refusal, true)
    : new Broken("auth", replies.noMechanism, false);
}

function suitable(s: ClientSession, login: ClientLogin): ClientMechanism[] {
  const wanted = login.mechanisms?.map((name) => name.toUpperCase());
  // TLS that proved nothing may end at whoever is in between.
  const isSafe = s.link.tls?.verified !== undefined || login.allowPlaintext;
  return clientMechanisms.filter(({ name, plaintext }) =>
    s.capabilities.auth.includes(name) &&
    (wanted?.includes(name) ?? true) && (!plaintext || isSafe)
  );
}

/** One exchange; the reply that ends it. */
function* prove(
  s: ClientSession,
  login: ClientLogin,
  mechanism: ClientMechanism,
): Session<Reply> {
  const exchange = new Exchange(s, mechanism.name);
  try {
    const last = yield* mechanism.run({
      user: login.user,
      password: login.password,
      random: s.setting.random,
      tell: (response) => exchange.tell(response),
    });
    return yield* exchange.finish(last);
  } catch (error) {
    if (error instanceof Refused) return error.reply;
    if (!(error instanceof ServerUnproven)) throw error;
    throw new Broken("auth", replies.peerUnproven, false, { cause: error });
  }
}

/** The server ended the exchange. */
class Refused extends Error {
  constructor(readonly reply: Reply) {
    super();
  }
}

/** How SMTP carries responses and challenges (RFC 4954 §4). */
class Exchange {
  #begun = false;

  constructor(readonly s: ClientSession, readonly mechanism: string) {}

  /** Sends `response` and returns the challenge that follows. */
  *tell(response: Uint8Array | undefined): Session<Uint8Array> {
    const reply = yield* this.#say(response);
    if (isRefusal(reply)) throw new Refused(reply);
    if (reply.code !== 334) {
      throw new ServerUnproven("The server ends the exchange too early");
    }
    const [text = ""] = reply.lines;
    // Plain text is a prompt of LOGIN's, which says nothing.
    return base64Decode(text.trim()) ?? utf8Encode(text);
  }

  /** Sends the last response; the server's verdict. */
  *finish(response: Uint8Array): Session<Reply> {
    let reply = yield* this.#say(response);
    // Where an initial response was not taken, the server asks for it again.
    if (reply.code === 334 && !reply.lines[0]) {
      reply = yield* this.#say(response);
    }
    if (isDone(reply) || isRefusal(reply)) return reply;
    throw new ServerUnproven("The server asks for more");
  }

  *#say(response: Uint8Array | undefined): Session<Reply> {
    const { s } = this;
    yield* expectSilence(s);
    sendCommand(s, this.#line(response));
    this.#begun = true;
    return yield* readReply(s, s.setting.limits.auth);
  }

  #line(response: Uint8Array | undefined): string {
    const text = response && base64Encode(response);
    if (this.#begun) return text ?? "";
    const command = `AUTH ${this.mechanism}`;
    // RFC 4954 §4: "=" stands for an empty initial response.
    return text === undefined ? command : `${command} ${text || "="}`;
  }
}
