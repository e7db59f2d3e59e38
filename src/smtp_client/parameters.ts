/**
 * The parameters of MAIL and RCPT: what the message asks for and the peer offers.
 *
 * All values are numbers, fixed words, or xtext: nothing of a message's own octets
 * can stand in a command line unencoded.
 *
 * @module
 */

import { isAscii } from "../bytes/mod.ts";
import { encodeXtext } from "../mail/mod.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Transmission, TransmissionRecipient } from "./transmission.ts";

/** RFC 2852 §4: nine digits. */
const BY_MOST = 999_999_999;

/**
 * What follows the path in MAIL, with a space in front of each.
 *
 * @param now Milliseconds since 1970.
 */
export function mailParameters(
  transmission: Transmission,
  offered: Capabilities,
  smtputf8: boolean,
  now: number,
): string {
  const { body, size, ret, envid, priority, deliverBy } = transmission;
  let text = "";
  if (offered.size !== undefined) text += ` SIZE=${size}`;
  if (body !== "7BIT") text += ` BODY=${body}`;
  if (smtputf8) text += " SMTPUTF8";
  if (offered.dsn && ret) text += ` RET=${ret}`;
  if (offered.dsn && envid) text += ` ENVID=${encodeXtext(envid)}`;
  if (transmission.requireTls) text += " REQUIRETLS";
  if (deliverBy && canPromise(transmission, offered, now)) {
    const { mode, trace } = deliverBy;
    text += ` BY=${secondsLeft(deliverBy.at, now)};${mode}${trace ? "T" : ""}`;
  }
  if (offered.priority !== undefined && priority !== undefined) {
    text += ` MT-PRIORITY=${priority}`;
  }
  return text;
}

/** RFC 2852 §4.1: what is left of the time; negative when it is over. */
export function secondsLeft(at: number, now: number): number {
  const seconds = Math.floor((at - now) / 1000);
  return Math.max(-BY_MOST, Math.min(seconds, BY_MOST));
}

/** Whether the peer takes the time for delivery over. */
export function canPromise(
  { deliverBy }: Transmission,
  offered: Capabilities,
  now: number,
): boolean {
  if (!deliverBy || !offered.deliverBy) return false;
  // RFC 2852 §3: a server may refuse "R" below its least time.
  return deliverBy.mode === "N" ||
    secondsLeft(deliverBy.at, now) >= offered.deliverBy.minimum;
}

/** What follows the path in RCPT. */
export function rcptParameters(
  { notify, orcpt }: TransmissionRecipient,
  offered: Capabilities,
  smtputf8: boolean,
): string {
  if (!offered.dsn) return "";
  let text = "";
  if (notify && notify.length > 0) text += ` NOTIFY=${notify.join(",")}`;
  if (orcpt) text += orcptParameter(orcpt, smtputf8);
  return text;
}

/** RFC 3461 §4.2, RFC 6533 §3; nothing for what is no "type;address". */
function orcptParameter(orcpt: string, smtputf8: boolean): string {
  const match = /^([A-Za-z0-9-]+);(.+)$/s.exec(orcpt);
  if (!match) return "";
  const [, type, address] = match;
  if (type!.toLowerCase() !== "utf-8") {
    return isAscii(address!) ? ` ORCPT=${type};${encodeXtext(address!)}` : "";
  }
  return ` ORCPT=${type};${utf8Address(address!, smtputf8)}`;
}

/** `utf-8-addr-unitext` where SMTPUTF8 is used, `utf-8-addr-xtext` where not. */
function utf8Address(address: string, smtputf8: boolean): string {
  return address.replace(
    /[^\x21-\x2a\x2c-\x3c\x3e-\x7e]/gu,
    (character) => {
      const code = character.codePointAt(0)!;
      if (code > 0x9f && smtputf8) return character;
      return `\\x{${code.toString(16).toUpperCase().padStart(2, "0")}}`;
    },
  );
}
