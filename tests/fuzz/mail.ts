// Any octets make the parsers of mail return: none throws, all say the same again,
// offsets are within bounds and in order, parts nest, bounds hold, what comes in
// chunks gives what comes whole, and what was formatted is read back.

import { assert, assertEquals } from "@std/assert";
import {
  isAscii,
  latin1Decode,
  utf8FromByteString,
} from "../../src/bytes/mod.ts";
import {
  canonicalAddress,
  charsetDecoder,
  countReceived,
  decodeCharset,
  decodeEncodedWords,
  decodeParameters,
  decodeText,
  decodeTransferEncoding,
  encodeWords,
  type Entity,
  formatAddress,
  formatDate,
  formatField,
  formatReceived,
  formatReply,
  HEADER_FIELDS_MAX,
  type HeaderMailbox,
  MIME_DEPTH_MAX,
  MIME_PARTS_MAX,
  parseAddressList,
  parseContentType,
  parseDate,
  parseDisposition,
  parseMailbox,
  parseMessageIds,
  parsePath,
  parseReply,
  parseStructure,
  parseTransferEncoding,
  readHeader,
  sameAddress,
  StructureReader,
  toUnicodeDomain,
  transferDecoder,
  unfold,
} from "../../src/mail/mod.ts";

export const invariant =
  "any octets make the parsers of mail return the same again, with ordered offsets, nested parts and bounded counts, however they are cut";

/** Throws when `bytes` break the invariant. */
export function run(bytes: Uint8Array): void {
  checkStructure(bytes);
  checkHeader(bytes);
  checkDecoders(bytes);
  const text = latin1Decode(bytes);
  checkValue(text);
  checkPath(text);
  checkFormats(text);
}

const CHARSETS = ["utf-8", "us-ascii", "iso-8859-1", "utf-7", "iso-2022-jp"];

function checkStructure(bytes: Uint8Array): void {
  const structure = parseStructure(bytes);
  // In a larger buffer nothing is read beyond the end.
  const larger = new Uint8Array(bytes.length + 100).fill(0x2d);
  larger.set(bytes, 50);
  const view = larger.subarray(50, 50 + bytes.length);
  assertEquals(JSON.stringify(parseStructure(view)), JSON.stringify(structure));
  const reader = new StructureReader();
  // Cut wherever the octets say so.
  for (let at = 0; at < bytes.length;) {
    const next = at + 1 + bytes[at]! % 97;
    reader.push(bytes.subarray(at, next));
    at = next;
  }
  assertEquals(JSON.stringify(reader.end()), JSON.stringify(structure));
  const whole = { start: 0, end: bytes.length };
  assertEquals([structure.header.start, structure.body.end], [0, bytes.length]);
  const lineEnds = countLineEnds(bytes);
  const count = checkEntity(structure, whole, 1, lineEnds);
  assert(count <= MIME_PARTS_MAX, `${count} entities`);
}

/** How many line ends stand before each offset. */
function countLineEnds(bytes: Uint8Array): Uint32Array {
  const before = new Uint32Array(bytes.length + 1);
  for (let i = 0; i < bytes.length; i++) {
    before[i + 1] = before[i]! + (bytes[i] === 10 ? 1 : 0);
  }
  return before;
}

/** Checks an entity and what it holds; how many there are. */
function checkEntity(
  entity: Entity,
  within: { start: number; end: number },
  depth: number,
  lineEnds: Uint32Array,
): number {
  const { header, body, children, message } = entity;
  assert(depth <= MIME_DEPTH_MAX, `depth ${depth}`);
  const order = [within.start, header.start, header.end, body.end, within.end];
  assert(order.every((offset, i) => i === 0 || order[i - 1]! <= offset));
  assertEquals(header.end, body.start);
  assertEquals(entity.lines, lineEnds[body.end]! - lineEnds[body.start]!);
  decodeParameters(entity.params);
  let count = 1;
  let start = body.start;
  for (const child of message ? [message, ...children] : children) {
    count += checkEntity(child, { start, end: body.end }, depth + 1, lineEnds);
    start = child.body.end;
  }
  return count;
}

function checkHeader(bytes: Uint8Array): void {
  const header = readHeader(bytes);
  assertEquals(readHeader(bytes), header);
  assert(header.fieldsEnd <= header.end && header.end <= bytes.length);
  assert(header.fields.length <= HEADER_FIELDS_MAX);
  assert(countReceived(header.fields) <= header.fields.length);
  let at = 0;
  for (const field of header.fields) {
    assert(at <= field.start && field.start < field.end);
    at = field.end;
    const raw = latin1Decode(bytes.subarray(field.start, field.end));
    assert(raw.startsWith(field.name), "a field stands where it says");
    assert(raw.includes(field.value), "its value too");
  }
  assert(at <= header.fieldsEnd);
  for (const { value } of header.fields.slice(0, 50)) checkValue(value);
}

/** Everything that reads a field body reads this one. */
function checkValue(value: string): void {
  const date = parseDate(value);
  if (date !== undefined) assertEquals(parseDate(formatDate(date)), date);
  assert(decodeEncodedWords(value).length <= 2 * value.length);
  decodeParameters(parseContentType(value)?.params ?? []);
  decodeParameters(parseDisposition(value)?.params ?? []);
  parseTransferEncoding(value);
  for (const id of parseMessageIds(value)) assert(/^<.+>$/s.test(id));
  assert(!unfold(value).includes("\n"));
  for (const entry of parseAddressList(value)) {
    const members = entry.kind === "group" ? entry.members : [entry];
    members.forEach(checkMailbox);
  }
}

function checkMailbox({ address }: HeaderMailbox): void {
  if (!address) return;
  assertEquals(parseMailbox(formatAddress(address)), address);
}

function checkPath(text: string): void {
  const strict = parsePath(text, { utf8: false });
  const path = parsePath(text, { utf8: true });
  if (strict) assertEquals(path, strict);
  if (!path) return;
  assert(text.endsWith(`>${path.rest}`));
  const { address } = path;
  if (!address || address.domain === "") return;
  assertEquals(parseMailbox(formatAddress(address)), address);
  const canonical = canonicalAddress(address);
  const again = parseMailbox(canonical);
  if (again) assertEquals(canonicalAddress(again), canonical);
  if (again) assert(sameAddress(again, address));
  assert(isAscii(address.domain));
  toUnicodeDomain(address.domain);
}

function checkDecoders(bytes: Uint8Array): void {
  const cut = Math.floor(bytes.length / 3);
  const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
  for (const encoding of ["base64", "quoted-printable", "binary"] as const) {
    const decoder = transferDecoder(encoding);
    const octets = pieces.flatMap((piece) => [...decoder.write(piece)]);
    const whole = decodeTransferEncoding(bytes, encoding);
    assert(whole.length <= bytes.length);
    assertEquals(
      latin1Decode(whole),
      latin1Decode(
        Uint8Array.from([...octets, ...decoder.end()]),
      ),
    );
  }
  for (const label of [...CHARSETS, latin1Decode(bytes.subarray(0, 20))]) {
    const decoder = charsetDecoder(label);
    const text = pieces.map((piece) => decoder.write(piece)).join("");
    assertEquals(text + decoder.end(), decodeCharset(bytes, label), label);
  }
}

function checkFormats(byteString: string): void {
  const text = utf8FromByteString(byteString) ?? decodeText(byteString);
  const shown = text.replace(/[\r\n\0]/g, " ");
  assertEquals(decodeEncodedWords(encodeWords(text)), shown);
  const reply = parseReply(byteString.split("\r\n"));
  if (reply) assertEquals(parseReply(formatReply(reply)), reply);
  assertOneField(formatField("Subject", byteString));
  assertOneField(formatReceived({
    helo: text,
    peerAddress: text,
    peerName: text,
    serverName: text,
    protocol: text,
    id: text,
    date: 0,
  }));
}

function assertOneField(text: string): void {
  const bytes = new TextEncoder().encode(text);
  const { fields, fieldsEnd, truncated } = readHeader(bytes);
  assertEquals([fields.length, fieldsEnd], [1, bytes.length]);
  assert(!truncated);
}
