/**
 * What a peer's certificate has to be.
 *
 * @module
 */

/** A TLSA record (RFC 6698 §2.1). */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: Uint8Array;
}

export type ClientTlsPolicy =
  /** Opportunistic: it may be anything (RFC 7435). `serverName` is sent as SNI. */
  | { readonly kind: "any"; readonly serverName?: string }
  /**
   * The chain must lead to a trusted authority, and the certificate name one of
   * `names` (lower case, A-labels; "*.example.org" as RFC 8461 §4.1 has it). The
   * first is sent as SNI unless `serverName` is given.
   */
  | {
    readonly kind: "pkix";
    readonly names: readonly string[];
    readonly serverName?: string;
  }
  /**
   * DANE (RFC 7672): one of `records` must match. `names` are the reference
   * identifiers of usage 2 (§3.2.2); the first, the TLSA base domain, is sent as SNI.
   */
  | {
    readonly kind: "dane";
    readonly records: readonly TlsaRecord[];
    readonly names: readonly string[];
  };
