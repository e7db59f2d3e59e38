/**
 * Where an account's mail lies below the mail folder.
 *
 * No byte of an address reaches a path unescaped, and no two addresses share a path.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { utf8Encode } from "../bytes/mod.ts";

/** What file systems take in one name is 255 octets; escapes and a margin off. */
const LONGEST = 200;
/** Stands for the domain of an account that has none; no escape looks so. */
const NO_DOMAIN = "%";

/** `domain/local part` for a canonical address; letters are folded to lower case. */
export function accountPath(account: string): string {
  const folded = account.normalize("NFC").toLowerCase();
  const at = folded.lastIndexOf("@");
  if (at < 0) return `${NO_DOMAIN}/${pathComponent(folded)}`;
  const domain = pathComponent(folded.slice(at + 1));
  return `${domain}/${pathComponent(folded.slice(0, at))}`;
}

/**
 * `text` as one name in a folder: letters, digits and "._+=-" stand for themselves,
 * all other bytes and a dot in front become "%xx". What would be too long for a file
 * system is cut and named by its hash.
 */
export function pathComponent(text: string): string {
  let name = "";
  for (const byte of utf8Encode(text)) name += escaped(byte, name === "");
  if (name === "") return "%empty";
  if (name.length <= LONGEST) return name;
  const hash = createHash("sha256").update(text).digest("hex");
  return `${name.slice(0, LONGEST - 66)}%~${hash}`;
}

function escaped(byte: number, first: boolean): string {
  const char = String.fromCharCode(byte);
  if (/[A-Za-z0-9_+=-]/.test(char) || char === "." && !first) return char;
  return `%${byte.toString(16).padStart(2, "0")}`;
}
