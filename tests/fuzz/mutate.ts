/**
 * Mutations of mail dialogues and messages: octets, lines, words of the protocols,
 * and pieces of other inputs.
 */

import { latin1Encode } from "../../src/bytes/mod.ts";

export type Random = () => number;

/** Inputs do not grow beyond this many octets; a rare one may start longer. */
const MAX_SIZE = 16 * 1024;

const WORDS: readonly Uint8Array[] = [
  ..."EHLO HELO LHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP STARTTLS AUTH TURN"
    .split(" "),
  ..."USER PASS APOP CAPA STLS STAT LIST RETR DELE TOP UIDL UTF8 LANG".split(
    " ",
  ),
  ..."PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS LAST FROM:<> TO:<>"
    .split(" "),
  ..."SIZE= BODY=8BITMIME BODY=BINARYMIME SMTPUTF8 RET=HDRS ENVID= NOTIFY=NEVER ORCPT=rfc822;"
    .split(" "),
  ...'<alice@example.test> <@a,@b:c@d> <"q\\"x"@example.test> a@[127.0.0.1] a@[IPv6:::1] <postmaster>'
    .split(" "),
  ..."Content-Type: Content-Transfer-Encoding: Content-Disposition: MIME-Version: Received: Date: From:"
    .split(" "),
  ...'multipart/mixed; message/rfc822 message/global text/plain; charset= boundary= boundary="b" --b --b-- base64 quoted-printable'
    .split(" "),
  ..."=?utf-8?q?=41?= =?utf-8?b?4pyT?= =?iso-2022-jp?b?GyRC?= name*0*=utf-8''%41 name*1= filename*="
    .split(" "),
  ..."0 1 -1 00 4294967295 4294967296 9007199254740993 18446744073709551616 * = == \0"
    .split(" "),
  ..."220 250 250- 334 354 421 452 503 550 235 PIPELINING CHUNKING DSN AUTH LIMITS RCPTMAX=1 MAILMAX=1"
    .split(" "),
  ...["250 ok\r\n", "354 go\r\n", "421 4.3.2 bye\r\n", "452 4.5.3 many\r\n"],
  ...["\r\n", "\r", "\n", "\r\n.\r\n", "\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n"],
  ...["\r\n..\r\n", ".", "..", "\r\n\r\n", "\t", " ", "\r\n ", "(", ")", "\\"],
  ...['"', "<", ">", ":", ";", ",", "@", "AA==", "====", "\x00\x00\x00"],
  ...["\xe2\x9c\x93", "\xc3", "\xff", "\xed\xa0\x80", "\xf0\x9f\x92\xa9"],
  ...["\x16\x03\x01", "\x1b$B", "+AGE-", "\x7f", "\x80"],
].map(latin1Encode);

type Mutation = (
  bytes: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setOctet,
  insertWord,
  insertWord,
  replaceWithWord,
  removeRange,
  repeatRange,
  duplicateLine,
  removeLine,
  swapLines,
  truncate,
  splice,
  insertPiece,
  repeatOctet,
  changeCase,
];

/** One new input from one of `corpus`, by one to eight mutations. */
export function mutate(
  corpus: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let bytes = pick(corpus, random);
  // Mostly few changes: an input that is wrong all over is refused at its first octet.
  const times = 1 + Math.floor(8 * random() ** 2);
  for (let i = 0; i < times; i++) {
    bytes = pick(MUTATIONS, random)(bytes, random, corpus);
    if (bytes.length > MAX_SIZE) bytes = bytes.slice(0, MAX_SIZE);
  }
  return bytes;
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[below(list.length, random)]!;
}

/** `bytes` with `[start, end)` replaced by `pieces`. */
function replaceRange(
  bytes: Uint8Array,
  start: number,
  end: number,
  ...pieces: Uint8Array[]
): Uint8Array {
  const added = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const result = new Uint8Array(bytes.length - (end - start) + added);
  result.set(bytes.subarray(0, start));
  let at = start;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  result.set(bytes.subarray(end), at);
  return result;
}

/** A range; mostly short. */
function range(bytes: Uint8Array, random: Random): [number, number] {
  const start = below(bytes.length + 1, random);
  const room = bytes.length - start;
  return [start, start + Math.floor(room * random() ** 3)];
}

/** Start and end of a line, its line break included. */
function line(bytes: Uint8Array, random: Random): [number, number] {
  const at = below(bytes.length, random);
  const start = at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
  const end = bytes.indexOf(10, at);
  return [start, end < 0 ? bytes.length : end + 1];
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  const at = below(copy.length, random);
  copy[at] = copy[at]! ^ (1 << below(8, random));
  return copy;
}

function setOctet(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  copy[below(copy.length, random)] = below(256, random);
  return copy;
}

function insertWord(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(bytes.length + 1, random);
  return replaceRange(bytes, at, at, pick(WORDS, random));
}

function replaceWithWord(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = range(bytes, random);
  return replaceRange(bytes, start, end, pick(WORDS, random));
}

function removeRange(bytes: Uint8Array, random: Random): Uint8Array {
  return replaceRange(bytes, ...range(bytes, random));
}

function repeatRange(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = range(bytes, random);
  const piece = bytes.subarray(start, end);
  const times = 1 + below(16, random);
  return replaceRange(bytes, end, end, ...Array(times).fill(piece));
}

function duplicateLine(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = line(bytes, random);
  const [target] = line(bytes, random);
  return replaceRange(bytes, target, target, bytes.subarray(start, end));
}

function removeLine(bytes: Uint8Array, random: Random): Uint8Array {
  return replaceRange(bytes, ...line(bytes, random));
}

function swapLines(bytes: Uint8Array, random: Random): Uint8Array {
  const one = line(bytes, random);
  const two = line(bytes, random);
  const [first, second] = one[0] <= two[0] ? [one, two] : [two, one];
  if (first[1] > second[0]) return bytes;
  return replaceRange(
    bytes,
    first[0],
    second[1],
    bytes.subarray(...second),
    bytes.subarray(first[1], second[0]),
    bytes.subarray(...first),
  );
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, below(bytes.length + 1, random));
}

/** The beginning of one input and the end of another. */
function splice(
  bytes: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array {
  const other = pick(corpus, random);
  const cut = below(bytes.length + 1, random);
  return replaceRange(
    bytes,
    cut,
    bytes.length,
    other.subarray(below(other.length + 1, random)),
  );
}

function insertPiece(
  bytes: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array {
  const other = pick(corpus, random);
  const at = below(bytes.length + 1, random);
  return replaceRange(bytes, at, at, other.subarray(...range(other, random)));
}

/** A run of one octet, long enough to meet a limit now and then. */
function repeatOctet(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(bytes.length + 1, random);
  const run = new Uint8Array(Math.floor(12_000 * random() ** 8))
    .fill(bytes[at] ?? below(256, random));
  return replaceRange(bytes, at, at, run);
}

function changeCase(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const [start, end] = line(bytes, random);
  for (let i = start; i < end; i++) {
    const letter = copy[i]! | 0x20;
    if (letter >= 0x61 && letter <= 0x7a && random() < 0.5) copy[i]! ^= 0x20;
  }
  return copy;
}
