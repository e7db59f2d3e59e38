/** USER: names the account (RFC 1939 §7). It never tells whether there is one, unless told to. */

import { utf8FromByteString } from "../../bytes/mod.ts";
import { type Session, work } from "../../wire/mod.ts";
import { refuseSyntax } from "../arguments.ts";
import type { Command } from "../command.ts";
import { acceptsPlaintext, type Pop3Session } from "../pop3_session.ts";
import { err, ok, Refusal } from "../reply.ts";
import { replies } from "../replies.ts";

export const user: Command = {
  verb: "USER",
  syntax: "USER name",
  states: ["authorization"],
  *run(s, args) {
    checkPasswordLogin(s);
    // A quoted local part may hold spaces, so the name is the rest of the line.
    const name = utf8FromByteString(args.trim());
    if (name === undefined || name === "") refuseSyntax(user);
    if (!s.setting.secure_user_cmd) yield* checkExists(s, name);
    s.user = name;
    return ok(s.setting.user_ok_message);
  },
};

/** Refuses USER and PASS where they are switched off, or would send a password readable. */
export function checkPasswordLogin(s: Pop3Session): void {
  if (!s.setting.enable_user_cmd) throw new Refusal(replies.disabled);
  if (!acceptsPlaintext(s)) throw new Refusal(replies.needsTls);
}

function* checkExists(s: Pop3Session, name: string): Session<void> {
  const account = yield* work(() => s.setting.accounts.find(name));
  if (account !== undefined) return;
  s.user = undefined;
  throw new Refusal(err(s.setting.user_invalid_message, "AUTH"));
}
