/** PASS: proves the account that USER named, and opens its maildrop (RFC 1939 §7). */

import { utf8FromByteString } from "../../bytes/mod.ts";
import { work } from "../../wire/mod.ts";
import { refuseSyntax } from "../arguments.ts";
import type { Command } from "../command.ts";
import { enterMaildrop, loginFailed } from "../login.ts";
import { replies } from "../replies.ts";
import { checkPasswordLogin } from "./user.ts";

export const pass: Command = {
  verb: "PASS",
  syntax: "PASS password",
  states: ["authorization"],
  *run(s, args) {
    checkPasswordLogin(s);
    const login = s.user;
    if (login === undefined) return replies.noUser;
    // RFC 1939 §7: PASS has one argument only, so its spaces belong to the password.
    if (args === "") refuseSyntax(pass);
    // RFC 6856 §2.2 wants UTF-8, and after UTF8 only. It is understood always, and
    // what is no UTF-8 is read as Latin-1, as older clients send it.
    const password = utf8FromByteString(args) ?? args;
    const account = yield* work(() =>
      s.setting.accounts.verify(login, password)
    );
    if (account === undefined) return loginFailed(s, login, "PASS");
    return yield* enterMaildrop(s, account.address, "PASS");
  },
};
