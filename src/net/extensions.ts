/**
 * The extensions of an X.509 certificate (RFC 5280 §4.1, §4.2), which `node:crypto` does
 * not show in Deno 2.9; as much DER (X.690 §8) as that takes.
 *
 * @module
 */

export interface Extension {
  /** The object identifier's octets in hexadecimal: "551d13". */
  readonly id: string;
  readonly isCritical: boolean;
  /** In DER. */
  readonly value: Uint8Array;
}

/** An element of DER. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

const BOOLEAN = 0x01;
const EXTENSIONS = 0xa3;

/** @throws {RangeError} When the certificate breaks off. */
export function extensionsOf(certificate: Uint8Array): Extension[] {
  const [whole] = elementsOf(certificate);
  const [signed] = elementsOf(whole!.content);
  const list = elementsOf(signed!.content).find(({ tag }) =>
    tag === EXTENSIONS
  );
  if (list === undefined) return [];
  const [sequence] = elementsOf(list.content);
  return elementsOf(sequence!.content).map(({ content }) => {
    const [id, ...rest] = elementsOf(content);
    return {
      id: id!.content.toHex(),
      isCritical: rest[0]!.tag === BOOLEAN && rest[0]!.content[0] !== 0,
      value: rest.at(-1)!.content,
    };
  });
}

/**
 * The elements that follow each other in `octets`.
 *
 * @throws {RangeError} When one breaks off.
 */
export function elementsOf(octets: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = octets[at]!;
    const short = octets[at + 1] ?? 0;
    // X.690 §8.1.3: up to 127, or the number of octets that hold the length.
    const width = short < 0x80 ? 0 : short & 0x7f;
    const start = at + 2 + width;
    const length = width === 0 ? short : octets.subarray(at + 2, start)
      .reduce((length, octet) => length * 256 + octet, 0);
    at = start + length;
    if (at > octets.length) throw new RangeError("DER breaks off");
    elements.push({ tag, content: octets.subarray(start, at) });
  }
  return elements;
}
