/**
 * DSN (RFC 3461): which reports the sender wants; kept in the envelope for who writes them.
 *
 * @module
 */

import { asciiUpper, utf8FromByteString } from "../../bytes/mod.ts";
import type { Notify } from "../../queue/mod.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";
import { decodeXtext } from "../../mail/mod.ts";

/** RFC 3461 §4.4 and §4.2. */
const ENVID_MAX = 100;
const ORCPT_MAX = 500;

export const dsn: Extension = {
  keyword: "DSN",
  rfc: "RFC 3461",
  advertise: () => "",
  mailParams: {
    RET(into, value) {
      const ret = asciiUpper(value ?? "");
      if (ret !== "FULL" && ret !== "HDRS") refuse(replies.badParameter("RET"));
      into.ret = ret;
    },
    ENVID(into, value) {
      const envid = printable(value, ENVID_MAX);
      into.envid = envid ?? refuse(replies.badParameter("ENVID"));
    },
  },
  rcptParams: {
    NOTIFY(into, value) {
      const notify = parseNotify(value ?? "");
      into.notify = notify ?? refuse(replies.badParameter("NOTIFY"));
    },
    ORCPT(into, value) {
      const orcpt = parseOrcpt(value ?? "");
      into.orcpt = orcpt ?? refuse(replies.badParameter("ORCPT"));
    },
  },
};

/** RFC 3461 §4.1: NEVER stands alone. */
function parseNotify(value: string): readonly Notify[] | undefined {
  const words = asciiUpper(value).split(",");
  if (words.length === 1 && words[0] === "NEVER") return ["NEVER"];
  const known = ["SUCCESS", "FAILURE", "DELAY"];
  if (!words.every((word) => known.includes(word))) return undefined;
  return [...new Set(words)] as Notify[];
}

/** RFC 3461 §4.2: an address type, ";", and the address in xtext, or as RFC 6533 §3 has it. */
function parseOrcpt(value: string): string | undefined {
  const match = /^([A-Za-z0-9-]+);(.+)$/s.exec(value);
  if (!match) return undefined;
  const [, type, text] = match;
  // RFC 6533 §3: an address of type utf-8 may be sent as it is.
  const address = asciiUpper(type!) === "UTF-8"
    ? utf8FromByteString(text!)
    : printable(text, ORCPT_MAX);
  if (address === undefined || value.length > ORCPT_MAX) return undefined;
  return `${type};${address}`;
}

/** RFC 3461 §4.4, §4.2: xtext of printable US-ASCII. */
function printable(
  value: string | undefined,
  max: number,
): string | undefined {
  if (value === undefined || value.length > max) return undefined;
  const text = decodeXtext(value);
  return text !== undefined && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}
