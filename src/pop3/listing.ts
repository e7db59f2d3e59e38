/**
 * The replies of LIST and UIDL: one message, or a line for each (RFC 1939 §5, §7).
 *
 * @module
 */

import type { Meta } from "../store/mod.ts";
import { fullness } from "./login.ts";
import { maildropOf, type Pop3Session } from "./pop3_session.ts";
import { ok, type Reply } from "./reply.ts";

/** What `show` tells of message `number`, or of all that are not deleted. */
export function listing(
  s: Pop3Session,
  number: number | undefined,
  show: (meta: Meta) => string,
): Reply {
  const maildrop = maildropOf(s);
  if (number === undefined) {
    const lines = maildrop.messages().map(([id, meta]) =>
      `${id} ${show(meta)}`
    );
    return ok(fullness(s), lines);
  }
  return ok(`${number} ${show(maildrop.message(number))}`);
}
