/**
 * Signs of life while a command takes long (RFC 9585), and its end where nobody waits for
 * it any more.
 *
 * They stand between responses, never within one, and come every ten seconds at the most
 * (RFC 9585 §4 asks for 10 to 15).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import type { ImapSession } from "./imap_session.ts";
import { tell } from "./tell_changes.ts";

/** Milliseconds between two signs of life. */
const PROGRESS = 10_000;

/** Tells how far a command is, when it is time to. */
export type Heartbeat = (done: number, most: number) => Session<void>;

/** The heartbeat of a command that goes over messages, one after the other. */
export function heartbeat(s: ImapSession): Heartbeat {
  let last = s.setting.now();
  return function* (done, most) {
    const now = s.setting.now();
    // RFC 9585 §4: the goal is greater than what is done.
    if (now - last < PROGRESS || done >= most) return;
    last = now;
    yield* tellProgress(s, `${done} ${most}`);
  };
}

/**
 * Waits for what the store does in one step, which may take long in a large mailbox;
 * nobody knows how far it is. A change that has begun goes on, whether or not the client
 * is still there.
 */
export function* workOn<T>(
  s: ImapSession,
  run: () => Promise<T>,
): Session<T> {
  let running: Promise<T> | undefined;
  while (true) {
    const outcome = yield* work(() => {
      if (running === undefined) {
        running = run();
        // Where the client goes before it ends, nobody looks at how it ended.
        running.catch(() => {});
      }
      return s.setting.within(running, PROGRESS);
    });
    if (outcome !== undefined) return outcome.value;
    yield* tellProgress(s, "NIL NIL");
  }
}

function* tellProgress(s: ImapSession, howFar: string): Session<void> {
  // RFC 9585 §4: the one character that would end the code.
  const tag = s.tag.includes("]") ? "NIL" : `"${s.tag}"`;
  tell(s, `OK [INPROGRESS (${tag} ${howFar})] Still at work`);
  yield* s.out.deliver();
}
