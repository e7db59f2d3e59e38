/** APOP: proves an account by a digest of the greeting and the password (RFC 1939 §7). */

import { asciiLower, utf8FromByteString } from "../../bytes/mod.ts";
import { runApop } from "../../sasl/mod.ts";
import { refuseSyntax } from "../arguments.ts";
import type { Command } from "../command.ts";
import { enterMaildrop, loginFailed } from "../login.ts";
import { replies } from "../replies.ts";

export const apop: Command = {
  verb: "APOP",
  syntax: "APOP name digest",
  states: ["authorization"],
  *run(s, args) {
    if (s.challenge === undefined) return replies.noApop;
    // The name may hold spaces, the digest cannot.
    const space = args.trimEnd().lastIndexOf(" ");
    const login = utf8FromByteString(args.slice(0, Math.max(space, 0)).trim());
    if (login === undefined || login === "") refuseSyntax(apop);
    const digest = asciiLower(args.slice(space + 1).trimEnd());
    const context = {
      credentials: s.setting.accounts,
      random: s.setting.random,
    };
    const identity = yield* runApop(context, s.challenge, login, digest);
    if (identity === undefined) return loginFailed(s, login, "APOP");
    return yield* enterMaildrop(s, identity.address, "APOP");
  },
};
