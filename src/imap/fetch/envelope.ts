/**
 * ENVELOPE: the header of a message as a list (RFC 9051 §7.5.2, RFC 3501 §7.4.2).
 *
 * Texts are given as they stand, encoded words too, unfolded. Line ends that are not
 * part of folding and NULs, which no string may hold, become blanks.
 *
 * @module
 */

import {
  findField,
  findFields,
  type HeaderField,
  type HeaderGroup,
  type HeaderMailbox,
  parseAddressList,
  readHeader,
  unfold,
} from "../../mail/mod.ts";
import type { Output } from "../output.ts";
import type { FetchItem } from "../rows.ts";

/** ENVELOPE. */
export const envelope: FetchItem = {
  name: "ENVELOPE",
  parse: () => ({
    name: "ENVELOPE",
    needs: "header",
    *write(out, message) {
      const header = yield* message.header();
      out.words("ENVELOPE ");
      writeEnvelope(out, header);
    },
  }),
};

/** Writes the envelope of the header section `header`. */
export function writeEnvelope(out: Output, header: Uint8Array): void {
  const { fields } = readHeader(header);
  const text = (name: string) => out.nstring(fieldText(fields, name));
  const addresses = (name: string, instead?: string) =>
    writeAddresses(out, addressesOf(fields, name, instead));
  out.words("(");
  text("Date");
  out.words(" ");
  text("Subject");
  addresses("From");
  // RFC 9051 §7.5.2: without these, or where they are empty, From stands for them.
  addresses("Sender", "From");
  addresses("Reply-To", "From");
  addresses("To");
  addresses("Cc");
  addresses("Bcc");
  out.words(" ");
  text("In-Reply-To");
  out.words(" ");
  text("Message-ID");
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

/** The first such field, unfolded; "" where it is empty, undefined where it is missing. */
function fieldText(
  fields: readonly HeaderField[],
  name: string,
): string | undefined {
  const field = findField(fields, name);
  return field && lineText(unfold(field.value));
}

/** The addresses of all fields of that name: some senders write one To a recipient. */
function addressesOf(
  fields: readonly HeaderField[],
  name: string,
  instead?: string,
): readonly (HeaderMailbox | HeaderGroup)[] {
  const list = findFields(fields, name)
    .flatMap((field) => parseAddressList(field.value));
  return list.length === 0 && instead !== undefined
    ? addressesOf(fields, instead)
    : list;
}

function writeAddresses(
  out: Output,
  list: readonly (HeaderMailbox | HeaderGroup)[],
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
function writeMailbox(out: Output, mailbox: HeaderMailbox): void {
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
function writeGroup(out: Output, group: HeaderGroup): void {
  out.words("(NIL NIL ");
  out.string(lineText(group.rawName));
  out.words(" NIL)");
  for (const member of group.members) writeMailbox(out, member);
  out.words("(NIL NIL NIL NIL)");
}
