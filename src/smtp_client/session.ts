/**
 * The dialogue from the greeting to QUIT (RFC 5321 §3).
 *
 * @module
 */

import type { Link, Session, Wire } from "../wire/mod.ts";
import { work } from "../wire/mod.ts";
import { authenticate } from "./authenticate.ts";
import { NO_CAPABILITIES } from "./capabilities.ts";
import { Broken, type ClientSession, sendCommand } from "./client_session.ts";
import { readGreeting, sayHello } from "./hello.ts";
import { readReply } from "./read_reply.ts";
import type { ClientFailure, ClientReport } from "./report.ts";
import type { ClientSetting } from "./setting.ts";
import { startTls } from "./start_tls.ts";
import { asBroken, isSpent, transmit } from "./transmit.ts";

/** Runs one connection. Never throws: what goes wrong is in the report. */
export function* clientSession(
  wire: Wire,
  link: Link,
  setting: ClientSetting,
): Session<ClientReport> {
  const s = openSession(wire, link, setting);
  try {
    yield* readGreeting(s);
    yield* sayHello(s);
    yield* startTls(s);
    yield* authenticate(s);
    yield* transmitAll(s);
    yield* quit(s);
    return report(s);
  } catch (error) {
    const broken = asBroken(error);
    if (isInStep(broken)) yield* quit(s);
    return report(s, broken);
  }
}

function openSession(
  wire: Wire,
  link: Link,
  setting: ClientSetting,
): ClientSession {
  return {
    wire,
    link,
    setting,
    greeting: undefined,
    capabilities: NO_CAPABILITIES,
    offeredTls: false,
    mechanism: undefined,
    transactions: 0,
    transmissions: 0,
    unfinished: false,
    deadline: Infinity,
  };
}

function* transmitAll(s: ClientSession): Session<void> {
  while (!isSpent(s)) {
    const transmission = yield* work(() => s.setting.next());
    if (!transmission) return;
    yield* transmit(s, transmission);
  }
}

/** Says QUIT and waits a moment for the answer (RFC 5321 §4.1.1.10), whatever it is. */
function* quit(s: ClientSession): Session<void> {
  sendCommand(s, "QUIT");
  try {
    const reply = yield* readReply(s, s.setting.limits.quit);
    s.wire.peerIsDone = reply.code === 221;
  } catch {
    // All that mattered was said before.
  }
}

/** True when the peer waits for a command: then it is owed a QUIT. */
function isInStep({ kind, cause }: Broken): boolean {
  switch (kind) {
    case "greeting":
    case "hello":
    case "tls not offered":
    case "tls refused":
      return true;
    case "auth":
      return cause === undefined;
    default:
      return false;
  }
}

function report(s: ClientSession, broken?: Broken): ClientReport {
  const { greeting, capabilities, offeredTls, mechanism, transmissions } = s;
  return {
    peer: {
      capabilities,
      offeredTls,
      ...greeting && { greeting },
      ...mechanism !== undefined && { mechanism },
    },
    transmissions,
    ...broken && { failure: failureOf(broken) },
  };
}

function failureOf({ kind, reply, spoken, cause }: Broken): ClientFailure {
  return {
    kind,
    reply,
    spoken,
    ...cause !== undefined && { error: cause },
  };
}
