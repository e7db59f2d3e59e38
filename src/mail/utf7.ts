/**
 * UTF-7 as old mail has it (RFC 2152); not the variant of IMAP mailbox names (RFC 3501 §5.1.3).
 *
 * @module
 */

const PLUS = 0x2b;
const MINUS = 0x2d;
const REPLACEMENT = 0xfffd;

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
  // Pairs up surrogates, also over the end of a piece.
  readonly #utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

  /** The characters that `bytes` complete. */
  write(bytes: Uint8Array): string {
    // Never more than one unit of two octets from each octet.
    const out = new DataView(new ArrayBuffer(bytes.length * 2));
    let size = 0;
    for (let i = 0; i < bytes.length; i++) {
      const unit = this.#octet(bytes[i]!);
      if (unit === undefined) continue;
      out.setUint16(size, unit, true);
      size += 2;
    }
    const units = new Uint8Array(out.buffer, 0, size);
    return this.#utf16.decode(units, { stream: true });
  }

  /** What is left. */
  end(): string {
    return this.#utf16.decode();
  }

  /** The UTF-16 unit that `octet` completes. */
  #octet(octet: number): number | undefined {
    if (this.#shifted) return this.#shiftedOctet(octet);
    if (octet !== PLUS) return plain(octet);
    this.#shifted = this.#fresh = true;
    this.#bits = this.#count = 0;
    return undefined;
  }

  #shiftedOctet(octet: number): number | undefined {
    const sextet = SEXTETS.get(octet);
    if (sextet === undefined) return this.#unshift(octet);
    this.#fresh = false;
    this.#bits = (this.#bits << 6 | sextet) & 0x3fffff;
    this.#count += 6;
    if (this.#count < 16) return undefined;
    this.#count -= 16;
    return this.#bits >> this.#count & 0xffff;
  }

  /** "-" ends a shifted run and is taken in; "+-" is a plus; any other octet stands for itself. */
  #unshift(octet: number): number | undefined {
    this.#shifted = false;
    if (octet === MINUS) return this.#fresh ? PLUS : undefined;
    return plain(octet);
  }
}

function plain(octet: number): number {
  return octet < 0x80 ? octet : REPLACEMENT;
}
