/**
 * BODY and BODYSTRUCTURE: the tree of a message's parts (RFC 9051 §7.5.2).
 *
 * @module
 */

import {
  type Entity,
  HEADER_SIZE_MAX,
  type OctetRange,
  type Parameter,
  readHeader,
  walkEntities,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Output } from "../output.ts";
import type { FetchAttribute, FetchItem, MessageContext } from "../rows.ts";
import { lineText, writeEmptyEnvelope, writeEnvelope } from "./envelope.ts";
import { partsOf } from "./parts.ts";
import { readRanges } from "./read_octets.ts";
import { writeKnown, writeRemembered } from "./remembered.ts";

/** Octets of the headers of enclosed messages that are read for their envelopes. */
const HEADERS_MAX = 4 * HEADER_SIZE_MAX;

/** Parts of a message whose structure is kept as it is written. */
const PARTS_KEPT = 200;

/** BODYSTRUCTURE. */
export const bodyStructure: FetchItem = {
  name: "BODYSTRUCTURE",
  parse: () => structureAttribute("BODYSTRUCTURE", true),
};

/** BODYSTRUCTURE, or BODY without brackets: the same without extension data. */
export function structureAttribute(
  name: string,
  extended: boolean,
): FetchAttribute {
  const kind = extended ? "s1" : "b1";
  return {
    name,
    needs: "structure",
    write: (out, message, context) =>
      writeKnown(out, message, context, kind, name)
        ? undefined
        : findStructure(out, message, context, kind, name),
  };
}

function* findStructure(
  out: Output,
  message: Message,
  context: MessageContext,
  kind: "s1" | "b1",
  name: string,
): Session<void> {
  const write = (out: Output, context: MessageContext) =>
    writeStructure(out, message, kind === "s1", context);
  const isKnown = (yield* message.found(kind)) !== undefined;
  if (isKnown || !isManifold(yield* message.structure())) {
    yield* writeRemembered(out, message, context, kind, name, write);
  } else {
    out.words(`${name} `);
    yield* write(out, context);
  }
}

/** True where the answer may be so long that it has to leave in pieces, and is kept nowhere. */
function isManifold(root: Entity): boolean {
  let parts = 0;
  walkEntities(root, () => void parts++);
  return parts > PARTS_KEPT;
}

function* writeStructure(
  out: Output,
  message: Message,
  extended: boolean,
  context: MessageContext,
): Session<void> {
  const root = yield* message.structure();
  const headers = yield* enclosedHeaders(message, root);
  yield* new StructureWriter(out, headers, extended, context).write(root);
}

type Headers = ReadonlyMap<OctetRange, Uint8Array>;

/** The header sections of messages within the message, in one reading. */
function enclosedHeaders(message: Message, root: Entity): Session<Headers> {
  const ranges: OctetRange[] = [];
  walkEntities(root, (entity) => {
    if (entity.message) ranges.push(entity.message.header);
  });
  return readRanges(message, ranges, HEADERS_MAX);
}

class StructureWriter {
  readonly #out: Output;
  readonly #headers: Headers;
  readonly #extended: boolean;
  readonly #context: MessageContext;

  constructor(
    out: Output,
    headers: Headers,
    extended: boolean,
    context: MessageContext,
  ) {
    this.#out = out;
    this.#headers = headers;
    this.#extended = extended;
    this.#context = context;
  }

  *write(entity: Entity): Session<void> {
    this.#out.words("(");
    if (entity.type === "multipart") yield* this.#multipart(entity);
    else yield* this.#onePart(entity);
    this.#out.words(")");
    yield* this.#out.relieve();
  }

  *#multipart(entity: Entity): Session<void> {
    for (const part of partsOf(entity)) yield* this.write(part);
    this.#out.words(" ");
    this.#string(entity.subtype);
    if (!this.#extended) return;
    this.#out.words(" ");
    this.#params(entity.params);
    this.#placement(entity);
  }

  *#onePart(entity: Entity): Session<void> {
    this.#fields(entity);
    if (entity.type === "text") this.#out.words(` ${entity.lines}`);
    else if (this.#isMessage(entity)) yield* this.#enclosed(entity);
    if (!this.#extended) return;
    this.#out.words(" ");
    this.#nstring(entity.md5);
    this.#placement(entity);
  }

  /** RFC 9051 §9, body-fields, with the media type before them. */
  #fields(entity: Entity): void {
    this.#string(entity.type);
    this.#out.words(" ");
    this.#string(entity.subtype);
    this.#out.words(" ");
    this.#params(entity.params);
    for (const text of [entity.id, entity.description]) {
      this.#out.words(" ");
      this.#nstring(text);
    }
    this.#out.words(" ");
    this.#string(entity.encoding);
    this.#out.words(` ${entity.body.end - entity.body.start}`);
  }

  /** RFC 9051 §9: message/global is a message, too; clients of RFC 3501 do not expect it. */
  #isMessage({ type, subtype }: Entity): boolean {
    const global = subtype === "global" && this.#context.utf8;
    return type === "message" && (subtype === "rfc822" || global);
  }

  /** RFC 9051 §9, body-type-msg: envelope, structure and lines; of a closed one, nothing in their places. */
  *#enclosed(entity: Entity): Session<void> {
    const { message, lines } = entity;
    const header = message && this.#headers.get(message.header);
    this.#out.words(" ");
    if (header) writeEnvelope(this.#out, readHeader(header).fields);
    else writeEmptyEnvelope(this.#out);
    this.#out.words(" ");
    if (message) yield* this.write(message);
    else this.#nothing();
    this.#out.words(` ${lines}`);
  }

  #nothing(): void {
    const extension = this.#extended ? " NIL NIL NIL NIL" : "";
    this.#out.words(`("text" "plain" NIL NIL NIL "7bit" 0 0${extension})`);
  }

  /** Disposition, language, location. */
  #placement({ disposition, language, location }: Entity): void {
    if (disposition) {
      this.#out.words(" (");
      this.#string(disposition.kind);
      this.#out.words(" ");
      this.#params(disposition.params);
      this.#out.words(") ");
    } else this.#out.words(" NIL ");
    this.#list(language);
    this.#out.words(" ");
    this.#nstring(location);
  }

  #params(params: readonly Parameter[]): void {
    this.#list(params.flatMap(({ name, value }) => [name, value]));
  }

  #list(texts: readonly string[]): void {
    if (texts.length === 0) return this.#out.words("NIL");
    texts.forEach((text, i) => {
      this.#out.words(i === 0 ? "(" : " ");
      this.#string(text);
    });
    this.#out.words(")");
  }

  #string(text: string): void {
    this.#out.string(lineText(text));
  }

  #nstring(text: string | undefined): void {
    this.#out.nstring(text === undefined ? undefined : lineText(text));
  }
}
