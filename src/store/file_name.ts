/**
 * Names of message files in a Maildir: `<seconds>.<unique>.<host>,S=<size>,U=<uid>:2,<letters>`.
 *
 * The part before the first comma names the message for its whole life: other programs
 * keep it, and it is what POP3 shows (RFC 1939 §7). Its number is when the message was
 * saved. More is told where it is not usual: `T=<seconds>` is the internal date where it
 * is another one, `E=<id>` the EMAILID of a copy, and `K=<bits>` has the keywords for
 * which Maildir has no letters; in `letters` these stand as characters from U+0100 on.
 * `W=<octets>` is, as Dovecot has it, the size with CRLF of a file that has bare LFs.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The folders of a Maildir that hold messages. */
export type SubFolder = "new" | "cur";

/** What a file name says. */
export interface FileName {
  /** The part that never changes. */
  readonly key: string;
  /** Octets of the file, if told. */
  readonly size?: number | undefined;
  /** Octets of the message where its line breaks are LF in the file. */
  readonly served?: number | undefined;
  readonly uid?: number | undefined;
  /** Milliseconds since 1970, in whole seconds. */
  readonly internalDate?: number | undefined;
  /** Of a copy: what its original had (RFC 8474 §5.1). */
  readonly emailId?: string | undefined;
  /** What other programs noted, such as ",W=123". */
  readonly others: string;
  /** The letters after ":2,", and a character for each keyword in `K=`. */
  readonly letters: string;
}

const NAME = /^([^,:/]+)((?:,[^,:]*)*)(?::(.*))?$/s;

/** Most names: those that we wrote. */
const OURS =
  /^((\d{1,11})\.[^,:/]+),S=(\d{1,15}),U=([1-9]\d{0,9})(?:,T=(\d{1,11}))?(?:,E=([\w-]{1,60}))?(?:,K=([\w-]+))?(?::2,([^]*))?$/;

/** True for names that Maildir programs give to messages; others hide behind a dot. */
export function isMessageName(name: string): boolean {
  return !/^[.,:]/.test(name);
}

/** Reads a file name, or undefined when no Maildir program wrote it. */
export function parseFileName(name: string): FileName | undefined {
  return parseShortName(name) ?? parseName(name);
}

/** The most common form, without regular expressions: a mailbox may have a million of them. */
function parseShortName(name: string): FileName | undefined {
  const end = name.indexOf(",");
  const uidAt = name.indexOf(",U=", end + 4);
  if (end < 0 || uidAt < 0 || !name.startsWith(",S=", end)) return undefined;
  const info = name.indexOf(":");
  if (info >= 0 && (info < uidAt || !name.startsWith(":2,", info))) {
    return undefined;
  }
  const key = name.slice(0, end);
  const seconds = decimal(key, 0, key.indexOf("."));
  const size = decimal(name, end + 3, uidAt);
  const uid = decimal(name, uidAt + 3, info < 0 ? name.length : info);
  if (seconds === undefined || size === undefined || !uid) return undefined;
  const letters = info < 0 ? "" : name.slice(info + 3);
  return { key, size, uid, internalDate: seconds * 1000, others: "", letters };
}

/** Octets of the message that a name tells of, as it is served. */
export function servedSize(
  { size, served }: Pick<FileName, "size" | "served">,
): number | undefined {
  return served ?? size;
}

/** The number that `text` has from one place to another: digits only, at most 11. */
function decimal(text: string, from: number, to: number): number | undefined {
  if (to <= from || to - from > 11) return undefined;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function parseName(name: string): FileName | undefined {
  const ours = OURS.exec(name);
  if (ours) {
    const [, key = "", seconds, size, uid, date, emailId, bits, info = ""] =
      ours;
    const internalDate = Number(date ?? seconds) * 1000;
    const numbers = { size: Number(size), uid: Number(uid), internalDate };
    const letters = bits === undefined ? info : info + lettersOfBits(bits);
    const copied = emailId === undefined ? {} : { emailId };
    return { key, ...numbers, ...copied, others: "", letters };
  }
  return parseForeignName(name);
}

function parseForeignName(name: string): FileName | undefined {
  const match = NAME.exec(name);
  if (!match || !isMessageName(name)) return undefined;
  const [, key, attributes, info] = match as unknown as [
    string,
    string,
    string,
    string | undefined,
  ];
  const letters = info?.startsWith("2,") ? info.slice(2) : "";
  const { bits, ...rest } = readAttributes(key, attributes);
  return { key, ...rest, letters: letters + lettersOfBits(bits) };
}

function readAttributes(
  key: string,
  attributes: string,
): Omit<FileName, "key" | "letters"> & { readonly bits: string } {
  let size, served, uid, date, emailId, bits = "", others = "";
  for (const attribute of attributes.split(",").slice(1)) {
    const value = numberOf(attribute.slice(2));
    if (attribute.startsWith("S=")) size = value;
    else if (attribute.startsWith("W=")) served = value;
    else if (attribute.startsWith("U=")) uid = value || undefined;
    else if (attribute.startsWith("T=")) date = value;
    else if (/^E=[\w-]{1,60}$/.test(attribute)) emailId = attribute.slice(2);
    else if (/^K=[\w-]+$/.test(attribute)) bits = attribute.slice(2);
    else others += `,${attribute}`;
  }
  date ??= numberOf(/^\d+(?=\.)/.exec(key)?.[0] ?? "");
  const internalDate = date === undefined ? undefined : date * 1000;
  const more = {
    ...(emailId !== undefined && { emailId }),
    ...(served !== undefined && { served }),
  };
  return { size, uid, internalDate, ...more, bits, others };
}

/** At most 15 digits: larger numbers are none that we wrote, and would not be exact. */
function numberOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What a file is called that says all of `name`. */
export function formatFileName(
  name: FileName & { readonly size: number; readonly uid: number },
  folder: SubFolder,
): string {
  const { key, size, served, uid, internalDate, emailId, others } = name;
  const seconds = Math.floor((internalDate ?? 0) / 1000);
  const date = key.startsWith(`${seconds}.`) ? "" : `,T=${seconds}`;
  const email = !emailId || emailId === ownEmailId(key) ? "" : `,E=${emailId}`;
  const [letters, bits] = partLetters(name.letters);
  const lines = served === undefined || served === size ? "" : `,W=${served}`;
  const base =
    `${key},S=${size},U=${uid}${date}${email}${bits}${lines}${others}`;
  return folder === "new" && letters === "" ? base : `${base}:2,${letters}`;
}

/** The first of the characters that stand for keywords without a letter. */
export const FIRST_BEYOND = 0x100;
/** As many fit into a file name beside everything else. */
export const MOST_BITS = 174;
const DIGITS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Letters as Maildir has them, and `,K=` with the others: a bit each, six in a character, the lowest first. */
function partLetters(letters: string): [string, string] {
  let plain = "";
  const sextets: number[] = [];
  for (const letter of letters) {
    const place = letter.charCodeAt(0) - FIRST_BEYOND;
    if (place < 0 || place >= MOST_BITS) plain += letter;
    else {sextets[place / 6 | 0] = (sextets[place / 6 | 0] ?? 0) |
        1 << place % 6;}
  }
  if (sextets.length === 0) return [plain, ""];
  return [
    plain,
    `,K=${Array.from(sextets, (six) => DIGITS[six ?? 0]).join("")}`,
  ];
}

function lettersOfBits(bits: string): string {
  let letters = "";
  for (const [i, digit] of [...bits].entries()) {
    const six = DIGITS.indexOf(digit);
    for (let bit = 0; bit < 6; bit++) {
      if (six >> bit & 1) {
        letters += String.fromCharCode(FIRST_BEYOND + 6 * i + bit);
      }
    }
  }
  return letters;
}

/** `name` as it is called in cur/ with `letters`. */
export function withLetters(name: string, letters: string): string {
  const [plain, bits] = partLetters(letters);
  return `${withoutInfo(name)}${bits}:2,${plain}`;
}

/** The name without flags and keywords. */
export function withoutInfo(name: string): string {
  const colon = name.indexOf(":");
  const base = colon < 0 ? name : name.slice(0, colon);
  return base.includes(",K=") ? base.replace(BITS, "") : base;
}

const BITS = /,K=([\w-]+)(?=[,:]|$)/;

/** The letters of the flags that a file name carries. */
export function lettersOf(name: string): string {
  const info = name.indexOf(":2,");
  const letters = info < 0 ? "" : name.slice(info + 3);
  return name.includes(",K=")
    ? letters + lettersOfBits(BITS.exec(name)?.[1] ?? "")
    : letters;
}

/** The part of a file name that never changes. */
export function keyOf(name: string): string {
  const end = name.search(/[,:]/);
  return end < 0 ? name : name.slice(0, end);
}

/** RFC 1939 §7: one to 70 characters from 0x21 to 0x7E; other keys go by their hash. */
export function uniqueIdOf(key: string): string {
  if (/^[\x21-\x7e]{1,70}$/.test(key)) return key;
  return `H${createHash("sha256").update(key).digest("base64url")}`;
}

/** When the message was saved in its mailbox, as its key tells (RFC 8514); milliseconds since 1970. */
export function savedDateOf(key: string, internalDate: number): number {
  const seconds = decimal(key, 0, key.indexOf("."));
  return seconds === undefined ? internalDate : seconds * 1000;
}

/** Longer ones would leave a file name no room for the rest. */
const OUR_WORD = /^[QD][A-Za-z0-9_-]{7,48}$/;

/**
 * The EMAILID of a message that is no copy (RFC 8474 §5.1): the word in a key of ours,
 * which nothing else has; of other keys, a hash.
 */
export function ownEmailId(key: string): string {
  const start = key.indexOf(".") + 1;
  const word = key.slice(start, key.indexOf(".", start));
  if (OUR_WORD.test(word)) return word;
  const hash = createHash("sha256").update(key).digest("base64url");
  return `H${hash.slice(0, 32)}`;
}

const LONGEST_DELIVERY = 100;

/**
 * The key of a message that came from the spool: it carries the spool's name of the
 * delivery, so that a replay after a crash finds what is there.
 *
 * @throws {RangeError} When `deliveryId` is too long for a file name.
 */
export function deliveryKey(
  seconds: number,
  deliveryId: string,
  host: string,
): string {
  const safe = deliveryId.replace(
    /[^A-Za-z0-9-]/g,
    (char) => `_${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (safe.length > LONGEST_DELIVERY) {
    throw new RangeError(`Cannot name a delivery "${deliveryId}": too long`);
  }
  return `${seconds}.D${safe}.${host}`;
}

const DELIVERY = /^\d+\.D((?:[A-Za-z0-9-]|_[0-9a-f]{4})+)\./;

/** The spool's name of the delivery that a file name carries, if any. */
export function deliveryIdOf(name: string): string | undefined {
  return DELIVERY.exec(name)?.[1]?.replace(
    /_(....)/g,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
}

/** `host` as it may stand in a file name. */
export function hostPart(host: string): string {
  return host.replace(/[^A-Za-z0-9.-]/g, "_").slice(0, 40) || "denomaild";
}
