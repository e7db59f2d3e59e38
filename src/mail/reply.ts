/**
 * SMTP replies as values (RFC 5321 §4.2, RFC 2034 and RFC 3463 for the enhanced codes).
 *
 * Used by the server, by the client and by bounces; LMTP (RFC 2033) has the same form.
 *
 * @module
 */

/** A reply: `code` 200 to 599, `enhanced` such as "5.1.1", one or more lines of text. */
export interface Reply {
  readonly code: number;
  readonly enhanced?: string;
  readonly lines: readonly string[];
}

/** A reply of one or several lines. Enhanced codes are for 2xx, 4xx and 5xx (RFC 2034 §4). */
export function reply(
  code: number,
  enhanced: string | undefined,
  ...lines: string[]
): Reply {
  return enhanced === undefined ? { code, lines } : { code, enhanced, lines };
}

/** The lines of `value` as they go on the wire, without CRLF; the enhanced code stands on each (RFC 2034 §4). */
export function formatReply(value: Reply): string[] {
  const last = value.lines.length - 1;
  const status = value.enhanced === undefined ? "" : `${value.enhanced} `;
  return value.lines.map((text, i) =>
    `${value.code}${i < last ? "-" : " "}${status}${text}`
  );
}

const LINE = /^([2-5][0-5][0-9])(?:([ -])(.*))?$/s;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: (.*))?$/s;

/**
 * Reads the lines of one reply, without CRLF.
 *
 * @returns undefined when they are no reply: another code on a later line, text before the code, no last line.
 */
export function parseReply(lines: readonly string[]): Reply | undefined {
  const texts: string[] = [];
  let code: string | undefined;
  for (const [i, line] of lines.entries()) {
    const match = LINE.exec(line);
    if (!match || (code !== undefined && match[1] !== code)) return undefined;
    if ((match[2] === "-") !== (i < lines.length - 1)) return undefined;
    code = match[1]!;
    texts.push(match[3] ?? "");
  }
  if (code === undefined) return undefined;
  const statuses = texts.map((text) => ENHANCED.exec(text));
  const enhanced = statuses[0]?.[1];
  if (enhanced === undefined || !mayStandBehind(code, enhanced)) {
    return reply(Number(code), undefined, ...texts);
  }
  const bare = texts.map((text, i) =>
    statuses[i]?.[1] === enhanced ? statuses[i]![2] ?? "" : text
  );
  return reply(Number(code), enhanced, ...bare);
}

/**
 * RFC 2034 §4 wants one class in both. Of a refusal that is permanent by its code and
 * temporary by its enhanced code the latter is believed: it is the more exact word,
 * and a message that waits is not lost. The other way round it would be.
 */
function mayStandBehind(code: string, enhanced: string): boolean {
  return enhanced[0] === code[0] || (code[0] === "5" && enhanced[0] === "4");
}
