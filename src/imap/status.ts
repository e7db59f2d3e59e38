/**
 * Status responses as values, and refusals as what is thrown (RFC 9051 §7.1, RFC 5530).
 *
 * @module
 */

/** How a command ended. */
export interface Status {
  readonly status: "OK" | "NO" | "BAD";
  /** The response code without its brackets: "TRYCREATE", "APPENDUID 1 2". */
  readonly code?: string;
  readonly text: string;
}

/** A command that is refused; anything else that a command throws is our own fault. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(readonly status: Status) {
    super(status.text);
  }
}

/** The command is not in the grammar (RFC 9051 §7.1.3); the connection goes on. */
export class BadSyntax extends Refusal {
  override name = "BadSyntax";

  constructor(text: string) {
    super(bad(text.charAt(0).toUpperCase() + text.slice(1)));
  }
}

export function ok(text: string, code?: string): Status {
  return withCode("OK", text, code);
}

export function no(text: string, code?: string): Status {
  return withCode("NO", text, code);
}

export function bad(text: string, code?: string): Status {
  return withCode("BAD", text, code);
}

/** `status` behind its tag, without CRLF. */
export function statusLine(
  tag: string,
  { status, code, text }: Status,
): string {
  return `${tag} ${status}${code === undefined ? "" : ` [${code}]`} ${text}`;
}

function withCode(
  status: Status["status"],
  text: string,
  code: string | undefined,
): Status {
  return code === undefined ? { status, text } : { status, code, text };
}
