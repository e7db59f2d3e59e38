/**
 * The greeting, EHLO, LHLO and HELO (RFC 5321 §3.1, §3.2, §4.1.1.1, RFC 2033 §4.1).
 *
 * @module
 */

import type { Session } from "../wire/mod.ts";
import { NO_CAPABILITIES, parseCapabilities } from "./capabilities.ts";
import {
  Broken,
  type ClientSession,
  isDone,
  isMore,
  sendCommand,
} from "./client_session.ts";
import { expectSilence, readReply } from "./read_reply.ts";
import * as replies from "./replies.ts";

/** Waits for 220. */
export function* readGreeting(s: ClientSession): Session<void> {
  const reply = yield* readReply(s, s.setting.limits.greeting);
  s.greeting = reply;
  if (isMore(reply)) throw unexpected("the connection", reply.code);
  if (!isDone(reply)) throw new Broken("greeting", reply, true);
}

/**
 * Names us and learns what the peer offers.
 *
 * RFC 5321 §3.2: a server that refuses EHLO for good may still know HELO.
 */
export function* sayHello(s: ClientSession): Session<void> {
  const { protocol, helloName } = s.setting;
  const verb = protocol === "lmtp" ? "LHLO" : "EHLO";
  const reply = yield* say(s, `${verb} ${helloName}`, verb);
  if (isDone(reply)) {
    s.capabilities = parseCapabilities(reply.lines);
    s.offeredTls ||= s.capabilities.startTls;
    return;
  }
  if (reply.code < 500 || protocol === "lmtp") {
    throw new Broken("hello", reply, true);
  }
  const second = yield* say(s, `HELO ${helloName}`, "HELO");
  if (!isDone(second)) throw new Broken("hello", second, true);
  s.capabilities = NO_CAPABILITIES;
}

function* say(s: ClientSession, command: string, verb: string) {
  yield* expectSilence(s);
  sendCommand(s, command);
  const reply = yield* readReply(s, s.setting.limits.hello);
  if (isMore(reply)) throw unexpected(verb, reply.code);
  return reply;
}

function unexpected(verb: string, code: number): Broken {
  return new Broken("protocol", replies.unexpected(verb, code), false);
}
