/** Names of the DNS: as text, in messages, and those of addresses (RFC 1035 §3.1, §4.1.4, RFC 3596 §2.5). */

import { isIPv4, isIPv6 } from "node:net";
import packet from "dns-packet";
import { asciiLower, DOT } from "../bytes/mod.ts";

/** RFC 1035 §2.3.4: 255 octets in a message, which is 253 as text. */
const NAME_LENGTH = 253;
const LABEL = /^[!-~]{1,63}$/;
const BACKSLASH = 0x5c;

/** A compressed name has fewer jumps than a name has labels. */
const JUMPS = 128;

/** `name` in lower case and without the dot at its end, or undefined for what cannot be asked. */
export function normalName(name: string): string | undefined {
  const bare = asciiLower(name.endsWith(".") ? name.slice(0, -1) : name);
  if (bare.length > NAME_LENGTH || bare.includes("\\")) return undefined;
  return bare.split(".").every((label) => LABEL.test(label)) ? bare : undefined;
}

/** A name in a message, and where what follows it begins. */
export interface NameInMessage {
  /** In lower case, without the dot at its end; odd octets as `\DDD` (RFC 1035 §5.1). */
  readonly name: string;
  readonly end: number;
}

/**
 * The name at `offset`, or undefined when it does not end, or jumps anywhere but back.
 * Not dns-packet's reader: that one loses octets that are not UTF-8, and follows
 * jumps without labels for as long as there are any.
 */
export function readName(
  message: Uint8Array,
  offset: number,
): NameInMessage | undefined {
  const labels: string[] = [];
  let [at, end, length] = [offset, -1, 0];
  for (let jumps = 0; jumps < JUMPS;) {
    const size = message[at++];
    if (size === undefined) return undefined;
    if (size === 0) {
      return { name: labels.join("."), end: end < 0 ? at : end };
    }
    if (size >= 0xc0) {
      const low = message[at++];
      if (low === undefined) return undefined;
      if (end < 0) end = at;
      const target = (size & 0x3f) << 8 | low;
      if (target >= at - 2) return undefined;
      at = target;
      jumps++;
      continue;
    }
    length += size + 1;
    if (size > 63 || length > 254 || at + size > message.length) {
      return undefined;
    }
    labels.push(labelText(message.subarray(at, at + size)));
    at += size;
  }
  return undefined;
}

function labelText(label: Uint8Array): string {
  let text = "";
  for (const octet of label) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== DOT &&
      octet !== BACKSLASH;
    text += plain
      ? String.fromCharCode(octet)
      : `\\${String(octet).padStart(3, "0")}`;
  }
  return asciiLower(text);
}

/** An IP address in one form, to compare by, or undefined for what is none. */
export function normalAddress(address: string): string | undefined {
  if (isIPv4(address)) return address;
  if (!isIPv6(address) || address.includes("%")) return undefined;
  return packet.aaaa.decode(packet.aaaa.encode(address));
}

/** The name under in-addr.arpa or ip6.arpa of an IP address, or undefined for what is none. */
export function reverseName(address: string): string | undefined {
  if (isIPv4(address)) {
    return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  }
  if (normalAddress(address) === undefined) return undefined;
  const octets = packet.aaaa.encode(address).subarray(2);
  const digits = Array.from(
    octets,
    (octet) => octet.toString(16).padStart(2, "0"),
  ).join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}
