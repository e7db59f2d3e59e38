/**
 * Search keys about texts (RFC 9051 §6.4.4): substrings, in any case and writing.
 *
 * @module
 */

import { asciiUpper, latin1Encode, utf8Encode } from "../../bytes/mod.ts";
import {
  decodeCharset,
  decodeEncodedWords,
  findFields,
  readHeader,
  unfold,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { commonHeader, isCommonField } from "../common_fields.ts";
import type { Message } from "../message.ts";
import type { Criterion, SearchKey, SearchOptions } from "../rows.ts";
import { run } from "../run_row.ts";
import type { Scanner } from "../scanner.ts";
import type { Held, Where } from "../texts.ts";
import { Finder, fold } from "./collation.ts";
import {
  fieldHas,
  headerFact,
  isKeptText,
  knownFact,
  SEARCHED,
  searchedTexts,
} from "./header_facts.ts";
import { headerText, passBody, passText } from "./message_text.ts";

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
      return headerHas(field, yield* parseText(scanner, options));
    },
  },
  readKey(
    "BODY",
    "bodies",
    (message, finder) => passBody(message, finder, false),
  ),
  readKey("TEXT", "either", passAll),
];

/** What is kept of the header first: mostly that is where an address is found. */
function* passAll(message: Message, finder: Finder): Session<void> {
  // Not all lines are kept: what spans two may not stand there.
  if (!finder.spansLines) {
    finder.push(headerText(yield* commonHeader(message)));
    finder.end();
  }
  if (!finder.done) yield* passText(message, finder);
}

/** A key that looks for a text in what `pass` passes on. */
function readKey(
  name: string,
  where: Where,
  pass: (message: Message, finder: Finder) => Session<void>,
): SearchKey {
  return {
    name,
    *parse(scanner, options) {
      const needle = yield* parseText(scanner, options);
      return {
        needs: "body",
        matches: ifHeld(needle, where, true, function* (message) {
          const finder = new Finder([needle]);
          if (!finder.done) yield* pass(message, finder);
          return finder.done;
        }),
      };
    },
  };
}

function fieldKey(name: string): SearchKey {
  return {
    name,
    *parse(scanner, options) {
      return headerHas(name, yield* parseText(scanner, options));
    },
  };
}

/** RFC 9051 §6.4.4, HEADER: an empty string asks whether there is such a field. */
function headerHas(name: string, needle: string): Criterion {
  const searched = SEARCHED.findIndex((one) => one === asciiUpper(name));
  if (searched >= 0 && isKeptText(needle)) {
    return searchedHas(searched, needle);
  }
  const isCommon = isCommonField(name);
  return {
    needs: "header",
    matches: ifHeld(needle, "headers", false, function* (message) {
      const header = isCommon
        ? yield* commonHeader(message)
        : yield* message.header();
      return findFields(readHeader(header).fields, name).some(({ value }) =>
        fold(decodeEncodedWords(unfold(value))).includes(needle)
      );
    }),
  };
}

/** What is kept of these fields is looked through sooner than the index of texts. */
function searchedHas(field: number, needle: string): Criterion {
  const verify = (message: Message): boolean | Session<boolean> => {
    const texts = knownFact(message, searchedTexts);
    return texts === undefined
      ? afterReading(message)
      : fieldHas(texts, field, needle);
  };
  // It is asked whether there is such a field.
  if (needle === "") return { needs: "header", matches: verify };
  const part = utf8Encode(needle);
  return {
    needs: "header",
    may: (known) => known.lacks(part) !== true,
    matches: (message) => {
      const lacks = message.lacks(part);
      if (lacks === undefined) return afterLooking(message);
      return lacks ? false : verify(message);
    },
  };
  function* afterReading(message: Message): Session<boolean> {
    return fieldHas(yield* headerFact(message, searchedTexts), field, needle);
  }
  function* afterLooking(message: Message): Session<boolean> {
    if (yield* message.lookFor(searchedTexts.kind, part)) return false;
    return yield* run(verify(message));
  }
}

/**
 * What the index of texts tells need not be read.
 *
 * @param proves Having the text there is all that is asked for.
 */
function ifHeld(
  needle: string,
  where: Where,
  proves: boolean,
  verify: (message: Message) => Session<boolean>,
): Criterion["matches"] {
  const settle = (held: Held, message: Message) =>
    held === false || held && proves ? held : verify(message);
  return (message) => {
    const held = message.holds(needle, where);
    return typeof held !== "object" ? settle(held, message) : (function* () {
      return yield* run(settle(yield* held, message));
    })();
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
