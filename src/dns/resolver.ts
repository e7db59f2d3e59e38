/**
 * What mail asks of the DNS: the port `Resolver`, its answers and its one error.
 *
 * Names are given and returned without the dot at the end, in A-labels (RFC 5890):
 * whoever has U-labels converts them first. Answers are in lower case.
 */

/** What the DNS says of a name and a type. */
export interface Answer<T> {
  /** In the order of the answer; empty when the name has no such record (NODATA, RFC 2308 §2.2). */
  readonly records: readonly T[];
  /** Proven by DNSSEC: the AD bit of a resolver that the configuration trusts to validate. */
  readonly secure: boolean;
  /** The name at the end of CNAMEs; the name itself without any. */
  readonly canonical: string;
}

/** RFC 1035 §3.3.9. */
export interface Mx {
  readonly preference: number;
  /** Empty is the null MX: the domain takes no mail (RFC 7505 §3). */
  readonly exchange: string;
}

/** RFC 6698 §2.1. */
export interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  /** The certificate association data. */
  readonly data: Uint8Array;
}

/**
 * "missing": the name does not exist (NXDOMAIN). "trouble": nobody could say (SERVFAIL,
 * REFUSED, a timeout, a bogus signature, a malformed answer): ask again later.
 */
export type DnsErrorKind = "missing" | "trouble";

/** The only error that a resolver's questions reject with. */
export class DnsError extends Error {
  override readonly name = "DnsError";

  constructor(
    readonly kind: DnsErrorKind,
    /** The name that was asked for. */
    readonly domain: string,
    message: string,
    /** `secure`: that the name is missing was itself proven by DNSSEC (RFC 7672 §2.1.1). */
    readonly secure = false,
  ) {
    super(message);
  }
}

/**
 * Asks the DNS. Every question rejects with a `DnsError` and nothing else; a text that
 * is no name of the DNS (an empty label, one over 63 octets) is "missing".
 */
export interface Resolver {
  mx(domain: string): Promise<Answer<Mx>>;
  /** IPv4 addresses as dotted quads. */
  a(name: string): Promise<Answer<string>>;
  /** IPv6 addresses in the form of RFC 5952. */
  aaaa(name: string): Promise<Answer<string>>;
  /** The character-strings of one record joined (RFC 7208 §3.3), one UTF-16 unit an octet. */
  txt(name: string): Promise<Answer<string>>;
  tlsa(name: string): Promise<Answer<Tlsa>>;
  /** The names of an IP address; a text that is no address is "missing". */
  ptr(address: string): Promise<Answer<string>>;
  /** Ends all that is under way (it rejects with "trouble") and frees the sockets. */
  close(): void;
}
