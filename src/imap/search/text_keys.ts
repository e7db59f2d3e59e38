/**
 * Search keys about texts (RFC 9051 §6.4.4): substrings, in any case and writing.
 *
 * @module
 */

import { latin1Encode } from "../../bytes/mod.ts";
import {
  decodeCharset,
  decodeEncodedWords,
  findFields,
  readHeader,
  unfold,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import type { Criterion, SearchKey, SearchOptions } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { Finder, fold } from "./collation.ts";
import { findInBody, headerText } from "./message_text.ts";

/** BCC, BODY, CC, FROM, HEADER, SUBJECT, TEXT, TO. */
export const textKeys: readonly SearchKey[] = [
  fieldKey("BCC"),
  fieldKey("CC"),
  fieldKey("FROM"),
  fieldKey("SUBJECT"),
  fieldKey("TO"),
  {
    name: "HEADER",
    *parse(scanner, options) {
      scanner.space();
      const field = yield* scanner.astring("a field name");
      return fieldHas(field, yield* parseText(scanner, options));
    },
  },
  {
    name: "BODY",
    *parse(scanner, options) {
      const needle = yield* parseText(scanner, options);
      return {
        needs: "body",
        *matches(message) {
          const finder = new Finder([needle]);
          if (!finder.done) yield* findInBody(message, finder, false);
          return finder.done;
        },
      };
    },
  },
  {
    name: "TEXT",
    *parse(scanner, options) {
      const needle = yield* parseText(scanner, options);
      return {
        needs: "body",
        *matches(message) {
          const finder = new Finder([needle]);
          finder.push(headerText(yield* message.header()));
          finder.end();
          if (!finder.done) yield* findInBody(message, finder, true);
          return finder.done;
        },
      };
    },
  },
];

function fieldKey(name: string): SearchKey {
  return {
    name,
    *parse(scanner, options) {
      return fieldHas(name, yield* parseText(scanner, options));
    },
  };
}

/** RFC 9051 §6.4.4, HEADER: an empty string asks whether there is such a field. */
function fieldHas(name: string, needle: string): Criterion {
  return {
    needs: "header",
    *matches(message) {
      const { fields } = readHeader(yield* message.header());
      return findFields(fields, name).some(({ value }) =>
        fold(decodeEncodedWords(unfold(value))).includes(needle)
      );
    },
  };
}

/** A space and a string, folded. */
function* parseText(
  scanner: Scanner,
  { charset }: SearchOptions,
): Session<string> {
  scanner.space();
  const octets = latin1Encode(yield* scanner.astring());
  return fold(decodeCharset(octets, charset));
}
