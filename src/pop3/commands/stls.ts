/** STLS: goes on under TLS, as if the connection were new (RFC 2595 §4). */

import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { offersStls } from "../pop3_session.ts";
import { ok, statusLine } from "../reply.ts";
import { replies } from "../replies.ts";

export const stls: Command = {
  verb: "STLS",
  syntax: "STLS",
  states: ["authorization"],
  *run(s, args) {
    noArguments(stls, args);
    if (s.link.tls !== undefined) return replies.alreadyTls;
    if (!offersStls(s)) return replies.noTls;
    // RFC 6856 §2.1: a client must not; forgetting the mode would surprise it.
    if (s.utf8) return replies.stlsAfterUtf8;
    s.wire.sendLine(statusLine(ok("begin TLS negotiation")));
    yield* s.wire.upgrade("tls");
    // RFC 2595 §4: what was said in clear text counts for nothing.
    s.user = undefined;
    return undefined;
  },
};
