/**
 * UTF-7 as old mail has it (RFC 2152); not the variant of IMAP mailbox names (RFC 3501 §5.1.3).
 *
 * @module
 */

const PLUS = 0x2b;
const MINUS = 0x2d;

const SEXTETS = new Map(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"]
    .map((char, value) => [char.charCodeAt(0), value] as const),
);

/** Reads UTF-7 piece by piece; never throws. Surrogates without their partner become U+FFFD. */
export class Utf7Decoder {
  /** Within "+…": shifted, in the RFC's word. */
  #shifted = false;
  /** Nothing yet after "+". */
  #fresh = false;
  #bits = 0;
  #count = 0;
  #high = "";

  /** The characters that `bytes` complete. */
  write(bytes: Uint8Array): string {
    const units: string[] = [];
    for (const octet of bytes) units.push(this.#octet(octet));
    const text = this.#high + units.join("");
    // A high surrogate may find its partner in the next piece.
    this.#high = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
    return text.slice(0, text.length - this.#high.length).toWellFormed();
  }

  /** What is left. */
  end(): string {
    const rest = this.#high.toWellFormed();
    this.#high = "";
    return rest;
  }

  #octet(octet: number): string {
    if (this.#shifted) return this.#shiftedOctet(octet);
    if (octet !== PLUS) return plain(octet);
    this.#shifted = this.#fresh = true;
    this.#bits = this.#count = 0;
    return "";
  }

  #shiftedOctet(octet: number): string {
    const sextet = SEXTETS.get(octet);
    if (sextet === undefined) return this.#unshift(octet);
    this.#fresh = false;
    this.#bits = (this.#bits << 6 | sextet) & 0x3fffff;
    this.#count += 6;
    if (this.#count < 16) return "";
    this.#count -= 16;
    return String.fromCharCode(this.#bits >> this.#count & 0xffff);
  }

  /** "-" ends a shifted run and is taken in; "+-" is a plus; any other octet stands for itself. */
  #unshift(octet: number): string {
    this.#shifted = false;
    if (octet === MINUS) return this.#fresh ? "+" : "";
    return plain(octet);
  }
}

function plain(octet: number): string {
  return octet < 0x80 ? String.fromCharCode(octet) : "\ufffd";
}
