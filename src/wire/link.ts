/** What a session may know of the connection below it. The driver keeps it up to date. */
export interface Link {
  /** Names the connection in logs. */
  readonly id: string;
  /** The peer's address: "192.0.2.1" or "2001:db8::1". After a PROXY header, the one that it names. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Set once the connection is protected. */
  tls?: LinkTls;
  /** Set once a handshake of ours, the client's, has failed. */
  tlsFailure?: TlsFailure;
}

/** Why a peer's handshake or certificate was no good, in the words of RFC 8460 §4.3. */
export interface TlsFailure {
  readonly kind:
    | "certificate-host-mismatch"
    | "certificate-expired"
    | "certificate-not-trusted"
    | "tlsa-invalid"
    /** All else: no common version, a peer that closes, … */
    | "validation-failure";
  /** For people. */
  readonly text: string;
}

/** A finished TLS handshake. */
export interface LinkTls {
  /** "TLSv1.2" or "TLSv1.3". */
  readonly version: string;
  /** The IANA name, such as "TLS_AES_128_GCM_SHA256". */
  readonly cipher: string;
  /** The name that the client asked for (RFC 6066 §3). */
  readonly serverName?: string;
  /** tls-server-end-point: the hash of the server's certificate (RFC 5929 §4.1). */
  readonly endPoint?: Uint8Array;
  /** Where we are the client: what proved the peer; absent where nothing did. */
  readonly verified?: "pkix" | "dane";
}
