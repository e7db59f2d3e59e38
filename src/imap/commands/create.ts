/** CREATE, with what a mailbox is for (RFC 9051 §6.3.4, RFC 6154 §3, RFC 8474 §4.2). */

import type { SpecialUse } from "../../store/mod.ts";
import { type Session, work } from "../../wire/mod.ts";
import { type ImapSession, userOf } from "../imap_session.ts";
import { DELIMITER, parseMailbox, readSpelling } from "../mailbox_name.ts";
import type { Command } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { AFTER_LOGIN } from "../states.ts";
import { BadSyntax, no, ok, Refusal } from "../status.ts";
import { tellNormalized } from "../tell_mailbox.ts";

const USES: readonly SpecialUse[] = [
  "\\Archive",
  "\\Drafts",
  "\\Junk",
  "\\Sent",
  "\\Trash",
];

export const create: Command = {
  name: "CREATE",
  syntax: "CREATE mailbox [(USE (attribute ...))]",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const spelled = yield* readSpelling(scanner);
    const name = withoutDelimiter(parseMailbox(s, spelled));
    const uses = scanner.tryTake(" ") ? readUses(scanner) : [];
    scanner.end();
    const specialUse = singleUse(uses);
    yield* checkNew(s, name);
    const user = userOf(s);
    const mailbox = yield* work(() => user.create(name, { specialUse }));
    yield* tellNormalized(s, name, spelled);
    return ok("CREATE completed", `MAILBOXID (${mailbox.id})`);
  },
};

/** RFC 9051 §6.3.4: a last delimiter says that there will be names below; here there always may. */
function withoutDelimiter(name: string): string {
  return name.endsWith(DELIMITER) ? name.slice(0, -1) : name;
}

function readUses(scanner: Scanner): string[] {
  const [uses = []] = scanner.list(() => {
    const name = scanner.word("USE");
    if (name !== "USE") throw new BadSyntax(`unknown parameter ${name}`);
    scanner.space();
    return scanner.list(() => scanner.flag(), true);
  });
  return uses;
}

/** RFC 6154 §3: a use that cannot be given is refused; a mailbox has one at most here. */
function singleUse(uses: readonly string[]): SpecialUse | undefined {
  const [first] = uses;
  if (first === undefined) return undefined;
  const use = USES.find((one) => one.toLowerCase() === first.toLowerCase());
  if (use !== undefined && uses.length === 1) return use;
  throw new Refusal(no("A mailbox cannot be for that", "USEATTR"));
}

function* checkNew(s: ImapSession, name: string): Session<void> {
  const user = userOf(s);
  if ((yield* work(() => user.mailbox(name))) === undefined) return;
  throw new Refusal(no("There is such a mailbox already", "ALREADYEXISTS"));
}
