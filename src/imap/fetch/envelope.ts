/**
 * ENVELOPE: the header of a message as a list (RFC 9051 §7.5.2, RFC 3501 §7.4.2).
 *
 * Texts are given as they stand, encoded words too, unfolded. Line ends that are not
 * part of folding and NULs, which no string may hold, become blanks.
 *
 * @module
 */

import { asciiLower } from "../../bytes/mod.ts";
import {
  type HeaderField,
  parseWrittenAddresses,
  unfold,
  type WrittenGroup,
  type WrittenMailbox,
} from "../../mail/mod.ts";
import { commonFields } from "../common_fields.ts";
import type { Output } from "../output.ts";
import type { FetchItem } from "../rows.ts";
import { writeKnown, writeRemembered } from "./remembered.ts";

/** ENVELOPE. */
export const envelope: FetchItem = {
  name: "ENVELOPE",
  parse: () => ({
    name: "ENVELOPE",
    needs: "header",
    write: (out, message, context) => {
      const what = [out, message, context, "e1", "ENVELOPE"] as const;
      if (writeKnown(...what)) return;
      return writeRemembered(...what, function* (out) {
        writeEnvelope(out, yield* commonFields(message));
      });
    },
  }),
};

/** Writes the envelope of a message whose header section has `all` these fields. */
export function writeEnvelope(
  out: Output,
  all: readonly HeaderField[],
): void {
  const fields = fieldsByName(all);
  const text = (name: string) => out.nstring(fieldText(fields, name));
  const list = (name: string) =>
    (fields.get(name) ?? []).flatMap(parseWrittenAddresses);
  const from = list("from");
  out.words("(");
  text("date");
  out.words(" ");
  text("subject");
  writeAddresses(out, from);
  // RFC 9051 §7.5.2: without these, or where they are empty, From stands for them.
  for (const name of ["sender", "reply-to"]) {
    const own = list(name);
    writeAddresses(out, own.length > 0 ? own : from);
  }
  // Some senders write a field of its own for each recipient.
  for (const name of ["to", "cc", "bcc"]) writeAddresses(out, list(name));
  out.words(" ");
  text("in-reply-to");
  out.words(" ");
  text("message-id");
  out.words(")");
}

/** The envelope of a message of which nothing is known. */
export function writeEmptyEnvelope(out: Output): void {
  out.words("(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
}

/** A byte string as strings of responses can hold it. */
export function lineText(value: string): string {
  return /[\r\n\0]/.test(value) ? value.replace(/[\r\n\0]/g, " ") : value;
}

/** Raw values by name, in lower case. */
type Fields = ReadonlyMap<string, readonly string[]>;

/** Fields put in order once for all ten of an envelope. */
function fieldsByName(fields: readonly HeaderField[]): Fields {
  const byName = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const key = asciiLower(name);
    const values = byName.get(key);
    if (values) values.push(value);
    else byName.set(key, [value]);
  }
  return byName;
}

/** The first such field, unfolded; "" where it is empty, undefined where it is missing. */
function fieldText(fields: Fields, name: string): string | undefined {
  const value = fields.get(name)?.[0];
  return value === undefined ? undefined : lineText(unfold(value));
}

function writeAddresses(
  out: Output,
  list: readonly (WrittenMailbox | WrittenGroup)[],
): void {
  if (list.length === 0) return out.words(" NIL");
  out.words(" (");
  for (const entry of list) {
    if (entry.kind === "mailbox") writeMailbox(out, entry);
    else writeGroup(out, entry);
  }
  out.words(")");
}

/** The route ("at-domain-list") is always NIL: mail has none any more (RFC 5321 Appendix C). */
function writeMailbox(out: Output, mailbox: WrittenMailbox): void {
  const { rawName, localPart, domain } = mailbox;
  out.words("(");
  out.nstring(rawName === "" ? undefined : lineText(rawName));
  out.words(" NIL ");
  // A missing domain is "": a NIL there would start a group.
  out.string(lineText(localPart));
  out.words(" ");
  out.string(lineText(domain));
  out.words(")");
}

/** RFC 9051 §7.5.2: a group is opened by an address with its name, and closed by one without. */
function writeGroup(out: Output, group: WrittenGroup): void {
  out.words("(NIL NIL ");
  out.string(lineText(group.rawName));
  out.words(" NIL)");
  for (const member of group.members) writeMailbox(out, member);
  out.words("(NIL NIL NIL NIL)");
}
