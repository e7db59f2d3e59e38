/** NAMESPACE: all mailboxes are the user's own (RFC 9051 §6.3.10, RFC 2342). */

import type { Command, Extension } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { tell } from "../tell_changes.ts";

const command: Command = {
  name: "NAMESPACE",
  syntax: "NAMESPACE",
  states: AFTER_LOGIN,
  run(s, scanner) {
    scanner.end();
    tell(s, 'NAMESPACE (("" "/")) NIL NIL');
    return undefined;
  },
};

export const namespace: Extension = {
  rfc: "RFC 2342",
  announce: (s) => s.login === undefined ? [] : ["NAMESPACE"],
  commands: [command],
};
