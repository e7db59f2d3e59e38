/**
 * Data items that are written once and kept as they were written.
 *
 * They are kept in the form that every client may be sent: strings beyond ASCII as
 * literals. Clients that take UTF-8 in quotes, or know message/global (RFC 6855 §3,
 * RFC 9051 §9), get what is kept where that makes no difference.
 *
 * @module
 */

import { isAscii, latin1Decode } from "../../bytes/mod.ts";
import { type Session, Wire } from "../../wire/mod.ts";
import type { FindingKind } from "../findings.ts";
import type { Message } from "../message.ts";
import { Output } from "../output.ts";
import type { MessageContext } from "../rows.ts";

/** Octets that most values fit into. */
const ROOM = 1024;

/** Writes an item's value, in the form that is asked for. */
export type Writer = (
  out: Output,
  context: MessageContext,
) => void | Session<void>;

/**
 * Writes `NAME value`; the value is what was kept as `kind`.
 *
 * @returns False where that is not known yet, or is not what this client wants.
 */
export function writeKnown(
  out: Output,
  message: Message,
  { utf8 }: MessageContext,
  kind: FindingKind,
  name: string,
): boolean {
  const octets = message.known(kind);
  if (octets === undefined || utf8 && !isForAll(octets)) return false;
  out.words(`${name} `);
  out.bytes(octets);
  return true;
}

/** Writes `NAME value`; the value is what was kept as `kind`, or what `write` writes. */
export function* writeRemembered(
  out: Output,
  message: Message,
  context: MessageContext,
  kind: FindingKind,
  name: string,
  write: Writer,
): Session<void> {
  const found = yield* message.found(kind);
  const octets = found ?? (yield* written(write, context));
  if (found === undefined) message.keep(kind, octets);
  out.words(`${name} `);
  if (!context.utf8 || isForAll(octets)) return out.bytes(octets);
  const writing = write(out, context);
  if (writing) yield* writing;
}

function isForAll(octets: Uint8Array): boolean {
  const text = latin1Decode(octets);
  return isAscii(text) && !text.includes('"message" "global"');
}

/** What `write` writes for a client that knows nothing of UTF-8. */
function* written(write: Writer, context: MessageContext): Session<Uint8Array> {
  const wire = new Wire();
  const out = new Output(wire, () => false, ROOM);
  const writing = write(out, { ...context, utf8: false });
  if (writing) yield* writing;
  out.close();
  return wire.takeOutput() ?? new Uint8Array(0);
}
