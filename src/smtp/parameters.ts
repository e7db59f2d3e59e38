/**
 * The parameters of MAIL and RCPT (RFC 5321 §4.1.2, §4.1.1.11).
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";
import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import type { Extension, Parameter } from "./rows.ts";
import type { SmtpSession } from "./smtp_session.ts";

// RFC 5321 §4.1.2 `esmtp-param`; \x80-\xff for RFC 6531 §3.3.
const PARAMETER =
  /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e\x80-\xff]+))?$/;

type Rows<T> = Readonly<Record<string, Parameter<T>>>;

/**
 * Reads `text`, what follows the path, into `into`.
 *
 * @param find Where an extension keeps its parameters of this command.
 * @throws {Refusal} For what is malformed, unknown or given twice.
 */
export function readParameters<T>(
  s: SmtpSession,
  text: string,
  find: (extension: Extension) => Rows<T> | undefined,
  into: T,
): T {
  if (text === "") return into;
  if (!text.startsWith(" ")) refuse(replies.malformedParameters);
  const seen = new Set<string>();
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const match = PARAMETER.exec(word);
    if (!match) refuse(replies.malformedParameters);
    const keyword = asciiUpper(match[1]!);
    const read = offered(s, keyword, find);
    if (!read) refuse(replies.unknownParameter(keyword));
    if (seen.has(keyword)) refuse(replies.repeatedParameter(keyword));
    seen.add(keyword);
    read(into, match[2], s);
  }
  return into;
}

/** The parameter that one of the extensions offered now defines. */
function offered<T>(
  s: SmtpSession,
  keyword: string,
  find: (extension: Extension) => Rows<T> | undefined,
): Parameter<T> | undefined {
  for (const extension of s.extensions) {
    const rows = find(extension);
    if (!rows || !Object.hasOwn(rows, keyword)) continue;
    return extension.advertise(s) === undefined ? undefined : rows[keyword];
  }
  return undefined;
}
