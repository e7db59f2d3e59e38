/**
 * Names and passwords in the one form in which they are compared (RFC 8265, RFC 8264).
 *
 * Obeys UsernameCaseMapped (§3.3) and OpaqueString (§4.2) as far as the platform's
 * Unicode tables go. Leaves out the Bidi rule of §3.3.2: it protects eyes, and names
 * here are compared by machines.
 *
 * @module
 */

import { type Address, parseMailbox } from "../mail/mod.ts";

// RFC 8264 §4.2: letters, digits, marks and visible ASCII; RFC 8265 §3.5 lets spaces part user parts.
const IDENTIFIER = /^[\x20-\x7e\p{L}\p{M}\p{Nd}]+$/u;
// RFC 8264 §4.3 with §9: no controls (Cc), no unassigned (Cn), private (Co) or lone surrogate (Cs) characters.
const NOT_FREEFORM = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u;
const SPACES = /\p{Zs}/gu;
// Most names and passwords are this; the engine takes milliseconds to compile the classes above.
const VISIBLE_ASCII = /^[\x20-\x7e]+$/;
const WIDE_OR_NARROW = /[\uff00-\uffef]/g;

/**
 * The mailbox that a login names (UsernameCaseMapped), or undefined when it can name none.
 *
 * @param login As typed by a person: any case, any width of characters.
 */
export function prepareLogin(login: string): Address | undefined {
  const narrow = login.replace(
    WIDE_OR_NARROW,
    (character) => character.normalize("NFKC"),
  );
  return parseMailbox(narrow.toLowerCase().normalize("NFC"));
}

/** The address of an account to be, or undefined when `text` cannot be a user's name. */
export function prepareAccountAddress(text: string): Address | undefined {
  const address = prepareLogin(text);
  if (!address) return undefined;
  const { localPart } = address;
  const proper = VISIBLE_ASCII.test(localPart) || IDENTIFIER.test(localPart);
  return proper ? address : undefined;
}

/**
 * A password in the form that is hashed and compared (OpaqueString), or undefined
 * when nothing of that kind can be a password: empty, or with control characters.
 */
export function preparePassword(password: string): string | undefined {
  if (VISIBLE_ASCII.test(password)) return password;
  const prepared = password.replace(SPACES, " ").normalize("NFC");
  // RFC 8265 §4.2.2: never empty.
  if (prepared === "" || NOT_FREEFORM.test(prepared)) return undefined;
  return prepared;
}
