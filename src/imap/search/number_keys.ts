/**
 * Search keys about numbers and names of messages (RFC 9051 §6.4.4; MODSEQ:
 * RFC 7162 §3.1.5; EMAILID and THREADID: RFC 8474 §6).
 *
 * @module
 */

import { asciiUpper } from "../../bytes/mod.ts";
import type { Session } from "../../wire/mod.ts";
import type { Criterion, MessageContext, SearchKey } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import {
  type NumberRange,
  rangesInclude,
  resolveRanges,
  type SequenceSet,
} from "../sequence_set.ts";
import { BadSyntax } from "../status.ts";
import { known } from "./criteria.ts";
import { threadIdOf } from "../thread_id.ts";

/** LARGER, SMALLER, UID, MODSEQ, EMAILID, THREADID. */
export const numberKeys: readonly SearchKey[] = [
  sizeKey("LARGER", (size, than) => size > than),
  sizeKey("SMALLER", (size, than) => size < than),
  {
    name: "UID",
    parse: (scanner) => {
      scanner.space();
      return inSet(scanner.sequenceSet(), "uid");
    },
  },
  { name: "MODSEQ", parse: parseModseq },
  idKey("EMAILID", (id) => known(({ meta }) => meta.emailId === id)),
  idKey("THREADID", (id) => ({
    needs: "header",
    *matches(message) {
      return (yield* threadIdOf(message)) === id;
    },
  })),
];

/** Messages of a set of sequence numbers or UIDs. */
export function inSet(set: SequenceSet, by: "sequence" | "uid"): Criterion {
  if (set.kind === "saved") {
    return known(({ meta }, { saved }) => saved.has(meta.uid), {
      only: { set, by },
    });
  }
  let largest = -1;
  let resolved: readonly NumberRange[] = [];
  const rangesFor = (context: MessageContext) => {
    const now = by === "uid" ? context.largestUid : context.largestSequence;
    if (now !== largest) resolved = resolveRanges(set.ranges, largest = now);
    return resolved;
  };
  return known(
    ({ meta, sequence }, context) =>
      rangesInclude(rangesFor(context), by === "uid" ? meta.uid : sequence),
    { only: { set, by } },
  );
}

function sizeKey(
  name: string,
  test: (size: number, than: number) => boolean,
): SearchKey {
  return {
    name,
    parse: (scanner) => {
      scanner.space();
      const than = scanner.number64("a number of octets");
      return known(({ meta }) => test(meta.size, than));
    },
  };
}

const ENTRY_TYPES = ["PRIV", "SHARED", "ALL"];

/** RFC 7162 §3.1.5: an entry may be named; all of a message share one number. */
function* parseModseq(scanner: Scanner): Session<Criterion> {
  scanner.space();
  if (scanner.peek() === '"') {
    yield* scanner.string("an entry");
    scanner.space();
    if (!ENTRY_TYPES.includes(asciiUpper(scanner.atom()))) {
      throw new BadSyntax("expected priv, shared or all");
    }
    scanner.space();
  }
  const least = scanner.number64("a modification sequence");
  return known(({ meta }) => meta.modseq >= least, { usesModseq: true });
}

function idKey(name: string, has: (id: string) => Criterion): SearchKey {
  return {
    name,
    *parse(scanner) {
      scanner.space();
      return has(yield* scanner.astring("an object id"));
    },
  };
}
