/**
 * An independent reader of the grammar of FETCH responses (RFC 9051 §9, RFC 3501 §9):
 * it shares no code with what writes them, and accepts nothing beside it.
 */

/** A list, a string, NIL, a number or another word. */
export type Value =
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | {
    readonly kind: "string";
    readonly text: string;
    readonly form: "quoted" | "literal" | "literal8";
  }
  | { readonly kind: "nil" }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "word"; readonly text: string };

export class Ungrammatical extends Error {
  override name = "Ungrammatical";
}

/** Reads `text`, a byte string of whole FETCH responses; the items of each by name. */
export function readFetchResponses(
  text: string,
  options: { utf8: boolean },
): { sequence: number; items: Map<string, Value> }[] {
  const reader = new Reader(text, options.utf8);
  const responses = [];
  while (!reader.atEnd) responses.push(readFetch(reader));
  return responses;
}

class Reader {
  at = 0;
  constructor(readonly text: string, readonly utf8: boolean) {}

  get atEnd(): boolean {
    return this.at === this.text.length;
  }

  fail(what: string): never {
    const near = JSON.stringify(this.text.slice(this.at, this.at + 60));
    throw new Ungrammatical(`expected ${what} at ${this.at}: ${near}`);
  }

  next(): string {
    return this.text.charAt(this.at);
  }

  try(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  take(text: string): void {
    if (!this.try(text)) this.fail(JSON.stringify(text));
  }

  match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found || found.index !== this.at) this.fail(what);
    this.at = pattern.lastIndex;
    return found[0];
  }

  number(): Value {
    const digits = this.match(/\d+/y, "a number");
    if (digits.length > 1 && digits[0] === "0") this.fail("no leading zero");
    return { kind: "number", value: Number(digits) };
  }

  string(): Value {
    if (this.next() === '"') return this.quoted();
    const binary = this.try("~");
    const head = this.match(/\{\d+\}\r\n/y, "a string");
    const size = parseInt(head.slice(1));
    const text = this.text.slice(this.at, this.at + size);
    if (text.length !== size) this.fail(`${size} octets`);
    if (!binary && text.includes("\0")) this.fail("a literal without NUL");
    this.at += size;
    return { kind: "string", text, form: binary ? "literal8" : "literal" };
  }

  quoted(): Value {
    const raw = this.match(
      // deno-lint-ignore no-control-regex
      /"(?:[^"\\\x00\r\n]|\\["\\])*"/y,
      "a quoted string",
    ).slice(1, -1);
    if (/[\x80-\xff]/.test(raw)) {
      if (!this.utf8) this.fail("a quoted string of US-ASCII");
      const octets = Uint8Array.from(raw, (char) => char.charCodeAt(0));
      new TextDecoder("utf-8", { fatal: true }).decode(octets);
    }
    const text = raw.replace(/\\(.)/g, "$1");
    return { kind: "string", text, form: "quoted" };
  }

  nstring(): Value {
    if (this.try("NIL")) return { kind: "nil" };
    const value = this.string();
    if (value.kind === "string" && value.form === "literal8") {
      this.fail("no literal8 here");
    }
    return value;
  }

  plainString(): Value {
    return this.next() === "N" ? this.fail("a string") : this.nstring();
  }

  /** "(" what `item` reads, with `gap` between, ")". */
  list(item: () => Value, gap: string, least = 1): Value {
    const items: Value[] = [];
    this.take("(");
    if (least === 0 && this.try(")")) return { kind: "list", items };
    do {
      items.push(item());
      if (this.next() === ")") break;
      this.take(gap);
    } while (true);
    this.take(")");
    if (items.length < least) this.fail(`${least} items`);
    return { kind: "list", items };
  }

  nilOr(read: () => Value): Value {
    return this.try("NIL") ? { kind: "nil" } : read();
  }
}

function readFetch(
  reader: Reader,
): { sequence: number; items: Map<string, Value> } {
  reader.take("* ");
  const sequence = Number(reader.match(/[1-9]\d*/y, "a number"));
  reader.take(" FETCH (");
  const items = new Map<string, Value>();
  do readItem(reader, items); while (reader.try(" "));
  reader.take(")\r\n");
  return { sequence, items };
}

const DATE_TIME =
  /"(?: \d|[12]\d|3[01])-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4} \d\d:\d\d:\d\d [+-]\d{4}"/y;

function readItem(reader: Reader, items: Map<string, Value>): void {
  const name = reader.match(/[A-Z][A-Z0-9.]*/y, "an item");
  const section = reader.next() === "[" ? readSection(reader, name) : "";
  reader.take(" ");
  items.set(name + section, readValue(reader, name, section !== ""));
}

/** section, section-binary and the origin of a partial. */
function readSection(reader: Reader, name: string): string {
  const start = reader.at;
  reader.take("[");
  const binary = name.startsWith("BINARY");
  reader.match(/(?:[1-9]\d*(?:\.[1-9]\d*)*)?/y, "part numbers");
  if (!binary && reader.next() !== "]") {
    const top = reader.text[reader.at - 1] === "[";
    if (!top) reader.take(".");
    const word = reader.match(
      /HEADER\.FIELDS(?:\.NOT)?|HEADER|TEXT|MIME/y,
      "a text",
    );
    if (top && word === "MIME") reader.fail("part numbers before MIME");
    if (word.startsWith("HEADER.")) {
      reader.take(" ");
      reader.list(() => readFieldName(reader), " ");
    }
  }
  reader.take("]");
  if (reader.next() === "<") reader.match(/<\d+>/y, "an origin");
  return reader.text.slice(start, reader.at);
}

function readFieldName(reader: Reader): Value {
  if (/["{]/.test(reader.next())) return reader.string();
  const text = reader.match(
    /[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~\]]+/y,
    "an astring",
  );
  return { kind: "word", text };
}

function readValue(reader: Reader, name: string, section: boolean): Value {
  switch (name) {
    case "FLAGS":
      return reader.list(
        () => ({
          kind: "word",
          // deno-lint-ignore no-control-regex
          text: reader.match(/\\?[^\x00-\x20(){%*"\\\]\x7f-\xff]+/y, "a flag"),
        }),
        " ",
        0,
      );
    case "UID":
    case "RFC822.SIZE":
    case "BINARY.SIZE":
      return reader.number();
    case "MODSEQ":
      return reader.list(() => reader.number(), "\0");
    case "INTERNALDATE":
      return { kind: "word", text: reader.match(DATE_TIME, "a date") };
    case "SAVEDATE":
      return reader.nilOr(() => ({
        kind: "word",
        text: reader.match(DATE_TIME, "a date"),
      }));
    case "EMAILID":
      return readObjectId(reader);
    case "THREADID":
      return reader.nilOr(() => readObjectId(reader));
    case "ENVELOPE":
      return readEnvelope(reader);
    case "BODYSTRUCTURE":
      return readBody(reader, true);
    case "BINARY":
      return reader.nilOr(() => reader.string());
    case "BODY":
      return section ? reader.nstring() : readBody(reader, false);
    case "RFC822":
    case "RFC822.HEADER":
    case "RFC822.TEXT":
    case "PREVIEW":
      return reader.nstring();
    default:
      return reader.fail("an item that exists");
  }
}

function readObjectId(reader: Reader): Value {
  reader.take("(");
  const text = reader.match(/[A-Za-z0-9_-]{1,255}/y, "an object id");
  reader.take(")");
  return { kind: "list", items: [{ kind: "word", text }] };
}

function readAddress(reader: Reader): Value {
  reader.take("(");
  const items = [];
  for (let i = 0; i < 4; i++) {
    if (i > 0) reader.take(" ");
    items.push(reader.nstring());
  }
  reader.take(")");
  return { kind: "list", items };
}

function readEnvelope(reader: Reader): Value {
  reader.take("(");
  const items: Value[] = [];
  for (let i = 0; i < 10; i++) {
    if (i > 0) reader.take(" ");
    const isList = i >= 2 && i <= 7;
    items.push(
      isList
        ? reader.nilOr(() => reader.list(() => readAddress(reader), ""))
        : reader.nstring(),
    );
  }
  reader.take(")");
  return { kind: "list", items };
}

function readParams(reader: Reader): Value {
  return reader.nilOr(() => {
    const list = reader.list(() => reader.plainString(), " ", 2);
    if (list.kind === "list" && list.items.length % 2) reader.fail("a value");
    return list;
  });
}

function readDisposition(reader: Reader): Value {
  return reader.nilOr(() => {
    reader.take("(");
    const items = [reader.plainString()];
    reader.take(" ");
    items.push(readParams(reader));
    reader.take(")");
    return { kind: "list", items };
  });
}

function readLanguage(reader: Reader): Value {
  return reader.next() === "("
    ? reader.list(() => reader.plainString(), " ")
    : reader.nstring();
}

/** " " and what `read` reads. */
function spaced(reader: Reader, read: () => Value): Value {
  reader.take(" ");
  return read();
}

function readBody(reader: Reader, extended: boolean): Value {
  reader.take("(");
  const items = reader.next() === "("
    ? readMultipart(reader, extended)
    : readOnePart(reader, extended);
  reader.take(")");
  return { kind: "list", items };
}

function readMultipart(reader: Reader, extended: boolean): Value[] {
  const parts: Value[] = [];
  while (reader.next() === "(") parts.push(readBody(reader, extended));
  const items = [...parts, spaced(reader, () => reader.plainString())];
  if (!extended) return items;
  items.push(spaced(reader, () => readParams(reader)));
  return [...items, ...readPlacement(reader)];
}

function readPlacement(reader: Reader): Value[] {
  return [
    spaced(reader, () => readDisposition(reader)),
    spaced(reader, () => readLanguage(reader)),
    spaced(reader, () => reader.nstring()),
  ];
}

function readOnePart(reader: Reader, extended: boolean): Value[] {
  const type = reader.plainString();
  const subtype = spaced(reader, () => reader.plainString());
  const items = [
    type,
    subtype,
    spaced(reader, () => readParams(reader)),
    spaced(reader, () => reader.nstring()),
    spaced(reader, () => reader.nstring()),
    spaced(reader, () => reader.plainString()),
    spaced(reader, () => reader.number()),
  ];
  const kind = `${textOf(type)}/${textOf(subtype)}`;
  const global = kind === "message/global" && reader.utf8;
  if (kind === "message/rfc822" || global) {
    items.push(spaced(reader, () => readEnvelope(reader)));
    items.push(spaced(reader, () => readBody(reader, extended)));
    items.push(spaced(reader, () => reader.number()));
  } else if (textOf(type) === "text") {
    items.push(spaced(reader, () => reader.number()));
  }
  if (!extended) return items;
  items.push(spaced(reader, () => reader.nstring()));
  return [...items, ...readPlacement(reader)];
}

function textOf(value: Value): string {
  return value.kind === "string" ? value.text.toLowerCase() : "";
}

/** A value in a form that golden files can hold. */
export function plain(value: Value): unknown {
  if (value.kind === "list") return value.items.map(plain);
  if (value.kind === "nil") return null;
  return value.kind === "number" ? value.value : value.text;
}
