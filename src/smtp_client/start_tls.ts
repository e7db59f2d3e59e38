/**
 * STARTTLS (RFC 3207), as far as the policy wants it.
 *
 * @module
 */

import { Disconnected, type Session } from "../wire/mod.ts";
import { NO_CAPABILITIES } from "./capabilities.ts";
import {
  Broken,
  type ClientSession,
  isRefusal,
  sendCommand,
} from "./client_session.ts";
import { sayHello } from "./hello.ts";
import { expectSilence, readReply } from "./read_reply.ts";
import * as replies from "./replies.ts";

/**
 * Protects the connection and says hello again (RFC 3207 §4.2: what was offered in
 * clear text counts for nothing).
 *
 * @throws {Broken} Where TLS is demanded and does not come, and after a handshake
 * that failed: nothing can be said on such a connection any more.
 */
export function* startTls(s: ClientSession): Session<void> {
  const { startTls: policy, limits } = s.setting;
  if (policy === "never" || s.link.tls) return;
  if (!s.capabilities.startTls) {
    if (policy === "opportunistic") return;
    throw new Broken("tls not offered", replies.tlsNotOffered, false);
  }
  yield* expectSilence(s);
  sendCommand(s, "STARTTLS");
  const reply = yield* readReply(s, limits.startTls);
  if (isRefusal(reply)) {
    if (policy === "opportunistic") return;
    throw new Broken("tls refused", reply, true);
  }
  if (reply.code !== 220) {
    const unexpected = replies.unexpected("STARTTLS", reply.code);
    throw new Broken("protocol", unexpected, false);
  }
  yield* upgrade(s);
  s.capabilities = NO_CAPABILITIES;
  yield* sayHello(s);
}

/** Octets that came behind the 220 may be anybody's: the wire forgets them (RFC 3207 §4.2). */
function* upgrade(s: ClientSession): Session<void> {
  try {
    yield* s.wire.upgrade("tls");
  } catch (error) {
    if (!(error instanceof Disconnected)) throw error;
    const why = s.link.tlsFailure?.text ?? "the connection was lost";
    throw new Broken("tls handshake", replies.handshakeFailed(why), false);
  }
}
