/** ID: who is who (RFC 2971). */

import type { Session } from "../../wire/mod.ts";
import { logEvent } from "../imap_session.ts";
import type { Command, Extension } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { ANY_STATE } from "../states.ts";
import { BadSyntax } from "../status.ts";

/** RFC 2971 §3.3. */
const PAIRS = 30;
const FIELD = 30;
const VALUE = 1024;

const command: Command = {
  name: "ID",
  syntax: 'ID NIL | ID ("field" "value" ...)',
  states: ANY_STATE,
  *run(s, scanner) {
    scanner.space();
    const fields = scanner.tryWord("NIL") ? {} : yield* readFields(scanner);
    scanner.end();
    logEvent(s, "imap.id", { client: fields });
    s.out.words('* ID ("name" "denomaild")');
    s.out.end();
    return undefined;
  },
};

function* readFields(scanner: Scanner): Session<Record<string, string>> {
  const fields: Record<string, string> = {};
  let count = 0;
  yield* scanner.sessionList(function* () {
    const name = yield* scanner.string();
    scanner.space();
    const value = yield* scanner.nstring();
    if (
      ++count > PAIRS || name.length > FIELD || (value?.length ?? 0) > VALUE
    ) {
      throw new BadSyntax("fields are too many or too long");
    }
    if (value !== undefined) fields[name] = value;
  }, true);
  return fields;
}

export const id: Extension = {
  rfc: "RFC 2971",
  announce: () => ["ID"],
  commands: [command],
};
