/** STARTTLS (RFC 3207): the connection goes on protected, and starts anew. */

import * as replies from "../replies.ts";
import type { Command, Extension } from "../rows.ts";
import { forgetTransaction, sendReply } from "../smtp_session.ts";

const command: Command = {
  verb: "STARTTLS",
  syntax: "STARTTLS",
  *run(s) {
    if (s.link.tls) return replies.alreadyProtected;
    if (!s.setting.tls) return replies.notImplemented;
    sendReply(s, replies.startTls);
    yield* s.wire.upgrade("tls");
    // RFC 3207 §4.2: what the client said before may be somebody else's.
    forgetTransaction(s);
    s.hello = undefined;
    s.login = undefined;
    return [];
  },
};

export const starttls: Extension = {
  keyword: "STARTTLS",
  rfc: "RFC 3207",
  // RFC 3207 §4.2: not offered again within TLS.
  advertise: (s) => s.setting.tls && !s.link.tls ? "" : undefined,
  commands: [command],
};
