/** The kinds of values that keys have: what a domain, an address, a number of seconds may look like. */

import { isIP } from "node:net";
import { z } from "zod";
import { parseHostAndPort } from "./host_and_port.ts";
import { canonicalAddress, parseDomain, parseMailbox } from "../mail/mod.ts";

/** A switch. */
export const flag = (preset: boolean) => z.boolean().default(preset);

/** A text that goes on the wire as part of one line; so it must not end the line. */
export const lineText = (preset: string) =>
  z.string().refine(
    isOneLine,
    "has a control character in it; one line of text was meant",
  ).default(preset);

/** A time in whole seconds; gomaild's 0, which there meant "at once", is the preset. */
export const seconds = (preset: number) =>
  z.int().min(0).max(7 * 24 * 3600)
    .overwrite((value) => value === 0 ? preset : value).default(preset);

/** A whole number that is at least 1. */
export const count = (preset: number) => z.int().min(1).default(preset);

/** A host or domain name in lower case, internationalised ones as A-labels; no address literal. */
export const domainName = canonicalText(
  (text) => text.startsWith("[") ? undefined : parseDomain(text),
  'no domain name; one such as "example.org"',
);

/** A domain name or an address literal (RFC 5321 §4.1.3). */
export const domainOrLiteral = canonicalText(
  parseDomain,
  'no domain; one such as "example.org" or "[192.0.2.1]"',
);

/** A mail address in its canonical form. */
export const mailAddress = canonicalText((text) => {
  const address = parseMailbox(text);
  return address === undefined ? undefined : canonicalAddress(address);
}, 'no mail address; one such as "alice@example.org"');

/** An IP address to listen on. */
export const ipAddress = z.string().refine(
  (text) => isIP(text) !== 0,
  { error: 'is no IP address; one such as "127.0.0.1" or "::" was meant' },
);

/** An IP address or a range of them (RFC 4632 §3.1, RFC 4291 §2.3). */
export const ipRange = z.string().refine(
  isIpRange,
  { error: 'is no IP address or range; one such as "10.0.0.0/8" was meant' },
);

/** An IP address with or without a port: "127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:5353". */
export const hostAndPort = z.string().refine(
  (text) => parseHostAndPort(text, 0) !== undefined,
  {
    error:
      'is no address of a server; one such as "127.0.0.1" or "[::1]:5353" was meant',
  },
);

/** A host to connect to: a name, or an IP address. */
export const hostName = canonicalText(
  (text) =>
    isIP(text) !== 0
      ? text
      : text.startsWith("[")
      ? undefined
      : parseDomain(text),
  'no host; one such as "smtp.example.org" or "192.0.2.1"',
);

/** A domain that a route is for; ".example.org" is all below it, "*" is every other. */
export const routedDomain = canonicalText((text) => {
  if (text === "*") return text;
  if (!text.startsWith(".")) return parseDomain(text);
  const parent = text.startsWith(".[") ? undefined : parseDomain(text.slice(1));
  return parent === undefined ? undefined : `.${parent}`;
}, 'no domain; one such as "example.org", ".example.org" or "*"');

/** A path of a file or folder. */
export const filePath = z.string().min(1);

/** An object whose keys are brought into the form of `key`, and must stay distinct then. */
export function dictionary<V extends z.ZodType>(
  key: z.ZodType<string, string>,
  value: V,
) {
  // Keys are checked first, so that all wrong ones are told; they are mapped after that.
  const checkedKey = z.string().superRefine((text, context) => {
    const message = key.safeParse(text).error?.issues[0]?.message;
    if (message !== undefined) context.addIssue(message);
  });
  return z.record(checkedKey, value).superRefine((record, context) => {
    const seen = new Set<string>();
    for (const text of Object.keys(record)) {
      const name = key.parse(text);
      if (seen.has(name)) {
        const message = `names "${name}" a second time`;
        context.addIssue({ code: "custom", path: [text], message });
      }
      seen.add(name);
    }
  }).overwrite((record) =>
    Object.fromEntries(
      Object.entries(record).map(([text, item]) => [key.parse(text), item]),
    ) as typeof record
  ).default({});
}

// An overwrite, not a transform: of what is transformed zod's JSON Schema keeps no defaults.
function canonicalText(
  canonical: (text: string) => string | undefined,
  otherwise: string,
) {
  return z.string().refine((text) => canonical(text) !== undefined, {
    error: ({ input }) =>
      `is ${otherwise.replace(";", ` (${JSON.stringify(input)});`)} was meant`,
  }).overwrite((text) => canonical(text) ?? text);
}

function isOneLine(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return text.isWellFormed() && !/[\x00-\x1f\x7f]/.test(text);
}

function isIpRange(text: string): boolean {
  const [address, bits, ...more] = text.split("/");
  const version = isIP(address!);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined ||
    /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
