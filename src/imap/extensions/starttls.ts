/** STARTTLS, and what may not be done without it (RFC 9051 §6.2.1, §11.1). */

import { acceptsPlaintext, offersStartTls } from "../imap_session.ts";
import type { Command, Extension } from "../rows.ts";
import { BEFORE_LOGIN } from "../states.ts";
import { bad, no, ok } from "../status.ts";

const command: Command = {
  name: "STARTTLS",
  syntax: "STARTTLS",
  states: BEFORE_LOGIN,
  run(s, scanner) {
    scanner.end();
    if (s.link.tls !== undefined) return bad("TLS is already active");
    if (!offersStartTls(s)) return no("TLS is not available", "CANNOT");
    // The tagged OK goes out in the clear, and nothing after it.
    s.afterCompletion = "tls";
    return ok("Begin TLS negotiation");
  },
};

export const starttls: Extension = {
  rfc: "RFC 9051 §6.2.1",
  announce: (s) => [
    ...(offersStartTls(s) ? ["STARTTLS"] : []),
    ...(s.login === undefined &&
        (!acceptsPlaintext(s) || !s.setting.enable_login_cmd)
      ? ["LOGINDISABLED"]
      : []),
  ],
  commands: [command],
};
