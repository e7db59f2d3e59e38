/** The kinds of values that keys have: what a domain, an address, a number of seconds may look like. */

import { isIP } from "node:net";
import { z } from "zod";
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
export const domainName = z.string().transform((text, context) => {
  const domain = parseDomain(text);
  if (domain !== undefined && !domain.startsWith("[")) return domain;
  return refuse(context, text, "no domain name", "example.org");
});

/** A domain name or an address literal (RFC 5321 §4.1.3). */
export const domainOrLiteral = z.string().transform((text, context) =>
  parseDomain(text) ??
    refuse(context, text, "no domain", "example.org or [192.0.2.1]")
);

/** A mail address in its canonical form. */
export const mailAddress = z.string().transform((text, context) => {
  const address = parseMailbox(text);
  if (address !== undefined) return canonicalAddress(address);
  return refuse(context, text, "no mail address", "alice@example.org");
});

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

/** A path of a file or folder. */
export const filePath = z.string().min(1);

/** An object whose keys are mapped by `key` and must stay distinct. */
export function dictionary<K extends z.ZodType<string>, V extends z.ZodType>(
  key: K,
  value: V,
) {
  // Keys are checked as keys, so that all wrong ones are told; they are mapped after that.
  const checkedKey = z.string().superRefine((text, context) => {
    const message = key.safeParse(text).error?.issues[0]?.message;
    if (message !== undefined) context.addIssue(message);
  });
  return z.record(checkedKey, value).default({}).transform(
    (record, context) => {
      const mapped = new Map<string, z.output<V>>();
      for (const [text, item] of Object.entries(record)) {
        const name = key.parse(text);
        if (mapped.has(name)) {
          context.issues.push({
            code: "custom",
            path: [text],
            input: text,
            message: `names "${name}" a second time`,
          });
        }
        mapped.set(name, item as z.output<V>);
      }
      return Object.fromEntries(mapped) as Record<string, z.output<V>>;
    },
  );
}

function refuse(
  context: z.RefinementCtx,
  input: string,
  what: string,
  example: string,
): never {
  context.issues.push({
    code: "custom",
    input,
    message: `is ${what} (${
      JSON.stringify(input)
    }); one such as "${example}" was meant`,
  });
  return z.NEVER;
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
