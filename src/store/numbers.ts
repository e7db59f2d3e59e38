/**
 * The numbers of a mailbox: UIDVALIDITY, UIDs and modseqs (RFC 9051 §2.3.1.1, RFC 7162
 * §3.1.1); and its name for machines (RFC 8474 §4.1) and what it is for (RFC 6154).
 *
 * They are reserved in blocks: the file `denomaild-uids` says where the next block
 * starts, and says so durably before a number of the block is used. A crash skips the
 * rest of a block, which a clean stop gives back; no number is used twice.
 *
 * @module
 */

import { readSmallFile, replaceFile } from "./replace_file.ts";
import type { SpecialUse } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

export const NUMBERS_FILE = "denomaild-uids";

/** Blocks start small, so that a mailbox that is opened often wastes few, and double up to the largest. */
const FIRST_BLOCK = 16;
const LARGEST_BLOCK = 1024;
/** UIDs have 32 bits; those near the end are refused when a file name claims them. */
const HIGHEST_CLAIM = 0xf000_0000;

/** What the file says. */
export interface ReservedNumbers {
  readonly uidValidity: number;
  /** No UID from here on was ever used. */
  readonly uidNext: number;
  readonly modseqNext: number;
  readonly mailboxId: string;
  readonly specialUse?: SpecialUse | undefined;
}

const FORM =
  /^denomaild-uids 1\nuidvalidity (\d{1,10})\nuidnext (\d{1,10})\nmodseqnext (\d{1,16})\n(?:mailboxid ([\w-]{1,100})\n)?(?:use (\\(?:Archive|Drafts|Junk|Sent|Trash))\n)?end\n$/;

/** Reads the file's text, or undefined when it is damaged. */
export function parseNumbers(text: string): ReservedNumbers | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [uidValidity, uidNext, modseqNext] = match.slice(1, 4).map(Number) as [
    number,
    number,
    number,
  ];
  // Those that were made before there were such names have no line for it.
  const mailboxId = match[4] ?? `F${uidValidity}`;
  const specialUse = match[5] as SpecialUse | undefined;
  return uidValidity > 0 && uidNext > 0 && modseqNext > 0
    ? { uidValidity, uidNext, modseqNext, mailboxId, specialUse }
    : undefined;
}

export function formatNumbers(numbers: ReservedNumbers): string {
  const { uidValidity, uidNext, modseqNext, mailboxId, specialUse } = numbers;
  const use = specialUse === undefined ? "" : `use ${specialUse}\n`;
  return `denomaild-uids 1\nuidvalidity ${uidValidity}\nuidnext ${uidNext}\n` +
    `modseqnext ${modseqNext}\nmailboxid ${mailboxId}\n${use}end\n`;
}

/** Reads a mailbox's numbers; undefined when the file is missing or damaged. */
export async function loadNumbers(
  surroundings: Surroundings,
  path: string,
): Promise<Numbers | undefined> {
  const file = `${path}/${NUMBERS_FILE}`;
  const text = await readSmallFile(surroundings, file);
  if (text === undefined) return undefined;
  const reserved = parseNumbers(text);
  if (reserved) return new Numbers(surroundings, path, reserved);
  surroundings.log("store.numbers-damaged", { path: file });
  return undefined;
}

/**
 * Makes the numbers of a mailbox that has none, or has lost them: its UIDVALIDITY, and
 * UIDs above `uids`, those that file names carry.
 */
export async function makeNumbers(
  surroundings: Surroundings,
  path: string,
  uidValidity: number,
  uids: Iterable<number>,
  specialUse?: SpecialUse,
): Promise<Numbers> {
  let highest = 0;
  for (const uid of uids) {
    if (uid > highest && uid < HIGHEST_CLAIM) highest = uid;
  }
  const seconds = Math.floor(surroundings.now() / 1000);
  const numbers = new Numbers(surroundings, path, {
    uidValidity: Math.max(uidValidity, 1),
    uidNext: highest + 1,
    // RFC 7162 §3.1.2.1: a mailbox without changes has a HIGHESTMODSEQ, too, and not 0.
    modseqNext: 2,
    mailboxId: `F${seconds.toString(36)}-${surroundings.unique()}`,
    specialUse,
  });
  await numbers.reserve(1, 1);
  return numbers;
}

/** Hands out a mailbox's numbers. Its calls must not overlap. */
export class Numbers {
  readonly uidValidity: number;
  readonly mailboxId: string;
  readonly specialUse: SpecialUse | undefined;
  readonly #surroundings: Surroundings;
  readonly #path: string;
  #uid: number;
  #modseq: number;
  #reserved: ReservedNumbers;
  #block = FIRST_BLOCK;

  constructor(
    surroundings: Surroundings,
    path: string,
    reserved: ReservedNumbers,
  ) {
    this.#surroundings = surroundings;
    this.#path = path;
    this.uidValidity = reserved.uidValidity;
    this.mailboxId = reserved.mailboxId;
    this.specialUse = reserved.specialUse;
    this.#uid = reserved.uidNext;
    this.#modseq = reserved.modseqNext;
    this.#reserved = reserved;
  }

  /** No modseq above this one was given to anything. */
  get highestModseq(): number {
    return this.#modseq - 1;
  }

  /** No message has, or had, this UID or a higher one. */
  get uidNext(): number {
    return this.#uid;
  }

  /** What the file says of the next block; each start of a process that changes something moves it. */
  get reservedModseq(): number {
    return this.#reserved.modseqNext;
  }

  /** Makes sure that so many numbers can be taken. @throws {DiskError} */
  async reserve(uids: number, modseqs: number): Promise<void> {
    const { uidNext, modseqNext } = this.#reserved;
    if (this.#uid + uids <= uidNext && this.#modseq + modseqs <= modseqNext) {
      return;
    }
    // Another process may have reserved a block since: never take its numbers.
    await this.#catchUp();
    const reserved = {
      ...this.#reserved,
      uidNext: this.#uid + uids + this.#block,
      modseqNext: this.#modseq + modseqs + this.#block,
    };
    await this.#write(reserved);
    this.#reserved = reserved;
    this.#block = Math.min(this.#block * 2, LARGEST_BLOCK);
  }

  /**
   * Gives back what was reserved and not used, so that UIDNEXT and HIGHESTMODSEQ are
   * after a restart what they were.
   *
   * @throws {DiskError}
   */
  async giveBack(): Promise<void> {
    const { uidNext, modseqNext } = this.#reserved;
    if (this.#uid === uidNext && this.#modseq === modseqNext) return;
    const found = await this.#found();
    // Where another process reserved since, its block begins at the end of ours.
    if (found?.uidNext !== uidNext || found.modseqNext !== modseqNext) return;
    const used = { uidNext: this.#uid, modseqNext: this.#modseq };
    // First here: what may be given back already is not taken.
    this.#reserved = { ...this.#reserved, ...used };
    await this.#write(this.#reserved);
  }

  #write(numbers: ReservedNumbers): Promise<void> {
    const [surroundings, text] = [this.#surroundings, formatNumbers(numbers)];
    const path = this.#path;
    return replaceFile(surroundings, path, NUMBERS_FILE, text, "store.uids");
  }

  /** What the file says now; undefined when it is not about this mailbox. */
  async #found(): Promise<ReservedNumbers | undefined> {
    const file = `${this.#path}/${NUMBERS_FILE}`;
    const text = await readSmallFile(this.#surroundings, file);
    const found = text === undefined ? undefined : parseNumbers(text);
    return found?.uidValidity === this.uidValidity ? found : undefined;
  }

  async #catchUp(): Promise<void> {
    const found = await this.#found();
    if (found === undefined) return;
    if (found.uidNext > this.#reserved.uidNext) this.#uid = found.uidNext;
    if (found.modseqNext > this.#reserved.modseqNext) {
      this.#modseq = found.modseqNext;
    }
  }

  /** The next UID; {@linkcode reserve} comes first. */
  takeUid(): number {
    return this.#uid++;
  }

  takeModseq(): number {
    return this.#modseq++;
  }

  /**
   * True when a UID that a file name carries was handed out by us, be it in another
   * process; all UIDs taken later are above it.
   */
  async claim(uid: number): Promise<boolean> {
    if (uid < this.#uid) return true;
    if (uid < this.#reserved.uidNext) return false;
    await this.#catchUp();
    return uid < this.#uid;
  }
}
