/**
 * What an entity's header says about its body (RFC 2045 §5 to §8, RFC 2183, RFC 3282, RFC 2557, RFC 1864).
 *
 * @module
 */

import { asciiLower } from "../bytes/mod.ts";
import { findField, type HeaderField } from "./header.ts";
import { stripComments } from "./lexer.ts";
import {
  type Disposition,
  type Parameter,
  parseContentType,
  parseDisposition,
} from "./parameters.ts";
import { unfold } from "./white_space.ts";

/** Texts are byte strings, unfolded; of a repeated field the first one counts. */
export interface EntityFields {
  /** Lower case; "text" when the field is missing or not to be read (RFC 2045 §5.2). */
  readonly type: string;
  /** Lower case; "plain" likewise. */
  readonly subtype: string;
  /** In their order. */
  readonly params: readonly Parameter[];
  /** Content-ID as it stands: "<…>". */
  readonly id?: string;
  readonly description?: string;
  /** Lower case; "7bit" when the field is missing (RFC 2045 §6.1). Not checked to be a known one. */
  readonly encoding: string;
  readonly disposition?: Disposition;
  /** Tags of Content-Language, in their order. */
  readonly language: readonly string[];
  readonly location?: string;
  readonly md5?: string;
}

/** What `fields` say; `fallback` has the type to assume when there is none. */
export function describeEntity(
  fields: readonly HeaderField[],
  fallback: { readonly type: string; readonly subtype: string },
): EntityFields {
  // Most fields of a message say nothing of its body.
  const own = fields.filter(({ name }) => /^content-/i.test(name));
  const value = (name: string) => findField(own, name)?.value;
  const text = (name: string) => {
    const raw = value(name);
    return raw === undefined ? "" : unfold(raw);
  };
  const type = parseContentType(value("Content-Type") ?? "");
  const disposition = parseDisposition(value("Content-Disposition") ?? "");
  const encoding = asciiLower(stripComments(text("Content-Transfer-Encoding")));
  const entity: { -readonly [K in keyof EntityFields]: EntityFields[K] } = {
    type: fallback.type,
    subtype: fallback.subtype,
    params: [],
    ...type,
    encoding: encoding || "7bit",
    language: languages(text("Content-Language")),
  };
  if (disposition) entity.disposition = disposition;
  for (const [name, key] of TEXTS) {
    const told = text(name);
    if (told !== "") entity[key] = told;
  }
  return entity;
}

/** Fields that stand as they are; those that are empty are left out. */
const TEXTS = [
  ["Content-ID", "id"],
  ["Content-Description", "description"],
  ["Content-Location", "location"],
  ["Content-MD5", "md5"],
] as const;

/** RFC 3282 §2: tags between commas. */
function languages(value: string): string[] {
  if (value === "") return [];
  return stripComments(value).split(/[ \t]*,[ \t]*/).filter((tag) =>
    tag !== ""
  );
}
