/**
 * THREADID (RFC 8474 §5.2): which conversation a message belongs to.
 *
 * A thread goes by the identifier that all of its messages have in common: the first of
 * References, which answers carry along (RFC 5322 §3.6.4), else the first of In-Reply-To,
 * else the message's own. So the id follows from the message alone: it is the same for
 * copies (RFC 8474 §5.2 wants that), in all mailboxes, and whatever became of the index
 * or of other messages. The price: an answer that names its parent only, in the middle of
 * a thread, begins a thread of its own, where THREAD, which looks at all of a mailbox,
 * finds its place. Subjects play no part: "Re: hello" is no sign of kinship between
 * mailboxes and years.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  findField,
  type HeaderField,
  parseMessageId,
  parseMessageIds,
  readHeader,
} from "../mail/mod.ts";
import type { Session } from "../wire/mod.ts";
import { commonHeader } from "./common_fields.ts";
import type { Message } from "./message.ts";

/** Characters of an id: 144 bits that nobody meets by chance. */
const LENGTH = 24;

/** Letters, digits, "_" and "-". */
export function* threadIdOf(message: Message): Session<string> {
  const { fields } = readHeader(yield* commonHeader(message));
  const root = parentsOf(fields)[0] ?? idOf(fields);
  // Nobody can answer it by name: it stands alone, with its copies.
  if (root === undefined) return `T${message.meta.emailId}`;
  const hash = createHash("sha256").update(root).digest("base64url");
  return `T${hash.slice(0, LENGTH)}`;
}

/** Identifiers of one message that are followed; the last ones are the closest. */
const REFERENCES_MAX = 1000;

/** The message's own identifier. */
export function idOf(fields: readonly HeaderField[]): string | undefined {
  const id = parseMessageId(findField(fields, "Message-ID")?.value ?? "");
  return id === undefined ? undefined : sameForm(id);
}

/** RFC 5256 §3, REFERENCES step 1: References, or else the first identifier of In-Reply-To. */
export function parentsOf(fields: readonly HeaderField[]): string[] {
  const ids = (name: string) =>
    parseMessageIds(findField(fields, name)?.value ?? "").map(sameForm);
  const references = ids("References");
  if (references.length === 0) return ids("In-Reply-To").slice(0, 1);
  return references.length <= REFERENCES_MAX
    ? references
    : [references[0]!, ...references.slice(1 - REFERENCES_MAX)];
}

/** RFC 5256 §3: quotes that need not be there make no difference. */
function sameForm(id: string): string {
  return id.replace(/["\\]/g, "");
}
