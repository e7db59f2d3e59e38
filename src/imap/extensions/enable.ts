/** ENABLE: switches extensions on that change what the server says (RFC 9051 §6.3.1, RFC 5161). */

import { asciiUpper } from "../../bytes/mod.ts";
import { extensions } from "../extensions.ts";
import type { Enabled, ImapSession } from "../imap_session.ts";
import type { Command, Extension } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { tell } from "../tell_changes.ts";

const command: Command = {
  name: "ENABLE",
  syntax: "ENABLE capability ...",
  states: AFTER_LOGIN,
  run(s, scanner) {
    const names: string[] = [];
    do {
      scanner.space();
      names.push(scanner.atom());
    } while (!scanner.atEnd);
    // RFC 5161 §3.1: what is unknown is passed over; only what is new is told.
    const switchedOn = names.filter((name) => enable(s, asciiUpper(name)));
    tell(s, ["ENABLED", ...switchedOn].join(" "));
    return undefined;
  },
};

function enable(s: ImapSession, name: string): boolean {
  const row = extensions.find(({ enables }) => enables?.includes(name));
  // What is not offered is as unknown.
  const isOffered = row === enabling || row?.announce(s).includes(name);
  if (!isOffered) return false;
  const before = s.enabled.size;
  s.enabled.add(name as Enabled);
  // RFC 7162 §3.2.3: QRESYNC is CONDSTORE and more.
  if (name === "QRESYNC") s.enabled.add("CONDSTORE");
  return s.enabled.size > before;
}

export const enabling: Extension = {
  rfc: "RFC 5161",
  announce: () => ["ENABLE"],
  // RFC 9051 §6.3.1: the revision itself.
  enables: ["IMAP4REV2"],
  commands: [command],
};
