/**
 * Modified UTF-7, the form of mailbox names on disk and in IMAP4rev1 (RFC 3501 §5.1.3).
 *
 * @module
 */

/** Runs of characters that are not printable US-ASCII, and "&". */
const SHIFTED = /[^\x20-\x25\x27-\x7e]+|&/g;

/** `text` in printable US-ASCII. */
export function modifiedUtf7Encode(text: string): string {
  return text.replace(SHIFTED, (run) => run === "&" ? "&-" : shift(run));
}

function shift(run: string): string {
  let octets = "";
  for (let i = 0; i < run.length; i++) {
    const unit = run.charCodeAt(i);
    octets += String.fromCharCode(unit >> 8, unit & 0xff);
  }
  return `&${btoa(octets).replace(/=+$/, "").replaceAll("/", ",")}-`;
}

/** The text that `name` stands for, or undefined when it is not in the one form that encoding gives. */
export function modifiedUtf7Decode(name: string): string | undefined {
  const text = name.replace(
    /&([A-Za-z0-9+,]*)-/g,
    (_, run: string) => run === "" ? "&" : unshift(run),
  );
  return text.isWellFormed() && modifiedUtf7Encode(text) === name
    ? text
    : undefined;
}

function unshift(run: string): string {
  // One sextet too many is no base 64 at all.
  if (run.length % 4 === 1) return "";
  const octets = atob(run.replaceAll(",", "/"));
  let text = "";
  for (let i = 0; i + 1 < octets.length; i += 2) {
    text += String.fromCharCode(
      octets.charCodeAt(i) << 8 | octets.charCodeAt(i + 1),
    );
  }
  return text;
}
