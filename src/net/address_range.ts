/** IP addresses and CIDR ranges, as bytes (RFC 4632, RFC 4291). */

/** The 4 or 16 octets of an address, or undefined. IPv4-mapped IPv6 becomes IPv4. */
export function parseIp(text: string): Uint8Array | undefined {
  const octets = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  if (octets?.length === 16 && isMapped(octets)) return octets.slice(12);
  return octets;
}

/**
 * An address as its own family writes it: what an IPv6 socket calls "::ffff:192.0.2.1"
 * (RFC 4291 §2.5.5.2) is "192.0.2.1".
 */
export function withoutMapping(address: string): string {
  const octets = parseIp(address);
  return octets?.length === 4 ? octets.join(".") : address;
}

/** True when `address` is in `range` ("192.0.2.0/24", "2001:db8::/32", or a single address). */
export function isInRange(address: string, range: string): boolean {
  const [base, bits] = range.split("/");
  const want = parseIp(base!);
  const have = parseIp(address);
  if (want === undefined || have === undefined || want.length !== have.length) {
    return false;
  }
  const length = bits === undefined ? want.length * 8 : Number(bits);
  return samePrefix(want, have, length);
}

/** What counts as one peer: an IPv4 address, or an IPv6 /64, which one host may own whole. */
export function peerKey(address: string): string {
  const octets = parseIp(address);
  if (octets === undefined || octets.length === 4) {
    return octets?.join(".") ?? address;
  }
  return octets.slice(0, 8).join(":");
}

function samePrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  for (let i = 0; i < a.length && bits > 0; i++, bits -= 8) {
    const mask = bits >= 8 ? 0xff : 0xff << (8 - bits) & 0xff;
    if ((a[i]! & mask) !== (b[i]! & mask)) return false;
  }
  return true;
}

function parseIpv4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split(".").map(Number);
  return octets.every((octet) => octet <= 255)
    ? Uint8Array.from(octets)
    : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const bare = text.replace(/%.*$/, "");
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  const tail = dotted ? parseIpv4(dotted[2]!) : new Uint8Array(0);
  if (tail === undefined) return undefined;
  const words = (dotted ? dotted[1]!.replace(/([^:]):$/, "$1") : bare).split(
    "::",
  );
  if (words.length > 2) return undefined;
  const [left, right] = words.map((part) => part === "" ? [] : part.split(":"));
  const known = (left?.length ?? 0) + (right?.length ?? 0);
  const room = (16 - tail.length) / 2;
  if (right === undefined ? known !== room : known >= room) return undefined;
  const groups = [...left!, ...Array(room - known).fill("0"), ...(right ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    return undefined;
  }
  const octets = groups.flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return Uint8Array.from([...octets, ...tail]);
}

function isMapped(octets: Uint8Array): boolean {
  return octets.subarray(0, 10).every((octet) => octet === 0) &&
    octets[10] === 0xff && octets[11] === 0xff;
}
