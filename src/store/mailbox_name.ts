/**
 * Mailbox names and their folders in Maildir++: "Lists/Deno" is ".Lists.Deno".
 *
 * As Dovecot has it: levels are parted by ".", characters outside US-ASCII are in
 * modified UTF-7 (RFC 3501 §5.1.3), and a dot within a name is "\2e" (its listescape).
 *
 * @module
 */

import {
  asciiUpper,
  modifiedUtf7Decode,
  modifiedUtf7Encode,
} from "../bytes/mod.ts";

import { InvalidMailboxName } from "./store.ts";

/** The mailbox that is always there (RFC 9051 §5.1). */
export const INBOX = "INBOX";
const LONGEST_FOLDER = 255;

/**
 * The one spelling of `name`: Unicode's form NFC, and INBOX in capitals wherever it is
 * the first level.
 *
 * @throws {InvalidMailboxName} When a level is empty, or the name too long for a folder.
 */
export function normalMailboxName(name: string): string {
  const [first = "", ...rest] = name.normalize("NFC").split("/");
  const levels = [asciiUpper(first) === INBOX ? INBOX : first, ...rest];
  const normal = levels.join("/");
  if (levels.includes("") || !normal.isWellFormed() || isTooLong(normal)) {
    throw new InvalidMailboxName(`Cannot use "${name}" as a mailbox name`);
  }
  return normal;
}

function isTooLong(name: string): boolean {
  return mailboxFolder(name).length > LONGEST_FOLDER;
}

/** The folder of a mailbox below the account's; "" is the account's own, INBOX. */
export function mailboxFolder(name: string): string {
  if (name === INBOX) return "";
  return name.split("/").map((level) => `.${levelName(level)}`).join("");
}

function levelName(level: string): string {
  return modifiedUtf7Encode(level)
    .replaceAll("\\", "\\5c")
    .replaceAll(".", "\\2e");
}

/** The mailbox whose folder is called `folder`, or undefined when none could be. */
export function mailboxOfFolder(folder: string): string | undefined {
  if (!folder.startsWith(".")) return undefined;
  const levels = folder.slice(1).split(".").map(levelOf);
  if (levels.some((level) => !level)) return undefined;
  const name = levels.join("/");
  return mailboxFolder(name) === folder ? name : undefined;
}

function levelOf(text: string): string | undefined {
  const plain = text.replace(
    /\\(2e|5c)/g,
    (_, code: string) => code === "2e" ? "." : "\\",
  );
  const level = modifiedUtf7Decode(plain);
  return level?.includes("/") ? undefined : level;
}
