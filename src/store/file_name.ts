/**
 * Names of message files in a Maildir: `<seconds>.<unique>.<host>,S=<size>,U=<uid>:2,<letters>`.
 *
 * The part before the first comma names the message for its whole life: other programs
 * keep it, and it is what POP3 shows (RFC 1939 §7). `T=<seconds>` is the internal date
 * where the leading number is not.
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
  /** Octets, if told. */
  readonly size?: number | undefined;
  readonly uid?: number | undefined;
  /** Milliseconds since 1970, in whole seconds. */
  readonly internalDate?: number | undefined;
  /** What other programs noted, such as ",W=123". */
  readonly others: string;
  /** The letters after ":2,". */
  readonly letters: string;
}

const NAME = /^([^,:/]+)((?:,[^,:]*)*)(?::(.*))?$/s;

/** Most names: those that we wrote. */
const OURS =
  /^((\d{1,11})\.[^,:/]+),S=(\d{1,15}),U=([1-9]\d{0,9})(?:,T=(\d{1,11}))?(?::2,([^]*))?$/;

/** True for names that Maildir programs give to messages; others hide behind a dot. */
export function isMessageName(name: string): boolean {
  return !/^[.,:]/.test(name);
}

/** Reads a file name, or undefined when no Maildir program wrote it. */
export function parseFileName(name: string): FileName | undefined {
  const ours = OURS.exec(name);
  if (ours) {
    const [, key = "", seconds, size, uid, date, letters = ""] = ours;
    const internalDate = Number(date ?? seconds) * 1000;
    const numbers = { size: Number(size), uid: Number(uid), internalDate };
    return { key, ...numbers, others: "", letters };
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
  return { key, letters, ...readAttributes(key, attributes) };
}

function readAttributes(
  key: string,
  attributes: string,
): Pick<FileName, "size" | "uid" | "internalDate" | "others"> {
  let size, uid, date, others = "";
  for (const attribute of attributes.split(",").slice(1)) {
    const value = numberOf(attribute.slice(2));
    if (attribute.startsWith("S=")) size = value;
    else if (attribute.startsWith("U=")) uid = value || undefined;
    else if (attribute.startsWith("T=")) date = value;
    else others += `,${attribute}`;
  }
  date ??= numberOf(/^\d+(?=\.)/.exec(key)?.[0] ?? "");
  const internalDate = date === undefined ? undefined : date * 1000;
  return { size, uid, internalDate, others };
}

/** At most 15 digits: larger numbers are none that we wrote, and would not be exact. */
function numberOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What a file is called that says all of `name`; `T=` only where the key's number says another date. */
export function formatFileName(
  name: FileName & { readonly size: number; readonly uid: number },
  folder: SubFolder,
): string {
  const { key, size, uid, internalDate, others, letters } = name;
  const seconds = Math.floor((internalDate ?? 0) / 1000);
  const date = key.startsWith(`${seconds}.`) ? "" : `,T=${seconds}`;
  const base = `${key},S=${size},U=${uid}${date}${others}`;
  return folder === "new" && letters === "" ? base : `${base}:2,${letters}`;
}

/** `name` as it is called in cur/ with `letters`. */
export function withLetters(name: string, letters: string): string {
  return `${withoutInfo(name)}:2,${letters}`;
}

/** The name without flags. */
export function withoutInfo(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(0, colon);
}

/** The letters of the flags that a file name carries. */
export function lettersOf(name: string): string {
  const info = name.indexOf(":2,");
  return info < 0 ? "" : name.slice(info + 3);
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
  return host.replace(/[^A-Za-z0-9.-]/g, "_").slice(0, 60) || "denomaild";
}
