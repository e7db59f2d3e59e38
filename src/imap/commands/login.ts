/** LOGIN: proves an account by its password (RFC 9051 §6.2.3). */

import { utf8FromByteString } from "../../bytes/mod.ts";
import { work } from "../../wire/mod.ts";
import { enter, loginFailed } from "../enter.ts";
import { acceptsPlaintext } from "../imap_session.ts";
import { reachable } from "../reachable.ts";
import type { Command } from "../rows.ts";
import { BEFORE_LOGIN } from "../states.ts";
import { no } from "../status.ts";

export const login: Command = {
  name: "LOGIN",
  syntax: "LOGIN user password",
  states: BEFORE_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const user = text(yield* scanner.astring());
    scanner.space();
    const password = text(yield* scanner.astring());
    scanner.end();
    if (!s.setting.enable_login_cmd) return no("LOGIN is disabled", "CANNOT");
    // RFC 9051 §6.2.3: no password in the clear where LOGINDISABLED was announced.
    if (!acceptsPlaintext(s)) {
      return no("Passwords are accepted under TLS only", "PRIVACYREQUIRED");
    }
    const { verify } = reachable(s.setting.accounts);
    const account = yield* work(() => verify(user, password));
    if (account === undefined) return loginFailed(s, user, "LOGIN");
    return yield* enter(s, account.address, "LOGIN");
  },
};

/** What is no UTF-8 is read as Latin-1, as older clients send it. */
function text(octets: string): string {
  return utf8FromByteString(octets) ?? octets;
}
