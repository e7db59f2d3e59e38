/** Octets as scripts write them: printable text with escapes. */

import {
  concatBytes,
  latin1Decode,
  latin1Encode,
  utf8Decode,
  utf8Encode,
} from "../../src/bytes/mod.ts";
import { DotWriter } from "../../src/wire/mod.ts";

const ESCAPE =
  /\\(?:([rnt\\])|x([0-9A-Fa-f]{2})|\*(\d+)\(((?:[^()\\]|\\.)*)\))/g;
const LETTERS: Record<string, string> = {
  r: "\r",
  n: "\n",
  t: "\t",
  "\\": "\\",
};

/** The octets that `text` stands for. */
export function unescapeOctets(text: string): Uint8Array {
  return latin1Encode(unescapeBytes(latin1Decode(utf8Encode(text))));
}

function unescapeBytes(bytes: string): string {
  return bytes.replace(
    ESCAPE,
    (_, letter, hex, count, inner) => {
      if (letter !== undefined) return LETTERS[letter]!;
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      return unescapeBytes(inner).repeat(Number(count));
    },
  );
}

/**
 * `bytes` as lines, without their CRLFs. What is not printable is escaped, a
 * backslash doubled; an unfinished last line ends in " \".
 */
export function renderLines(bytes: Uint8Array): string[] {
  const lines = latin1Decode(bytes).split("\r\n");
  const last = lines.pop()!;
  const shown = lines.map(renderLine);
  return last === "" ? shown : [...shown, `${renderLine(last)} \\`];
}

function renderLine(line: string): string {
  const text = utf8Decode(latin1Encode(line));
  // deno-lint-ignore no-control-regex
  const odd = text === undefined ? /[\x00-\x1f\x7f-\xff]/g : /[\x00-\x1f\x7f]/g;
  return (text ?? line).replaceAll("\\", "\\\\").replace(odd, (octet) => {
    if (octet === "\r") return "\\r";
    if (octet === "\n") return "\\n";
    return `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** `message` as DATA sends it: dots doubled, with the dot's line at the end. */
export function dotStuffed(message: Uint8Array): Uint8Array {
  const writer = new DotWriter();
  const body = writer.push(message);
  return concatBytes([body, latin1Encode(writer.end())]);
}
