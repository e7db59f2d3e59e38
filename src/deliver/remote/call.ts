/**
 * One connection to a peer, from its wish to its end.
 *
 * @module
 */

import type { Reply } from "../../mail/mod.ts";
import type { ClientTlsPolicy } from "../../net/mod.ts";
import type {
  ClientLogin,
  ClientProtocol,
  ClientReport,
  StartTlsPolicy,
  Transmission,
} from "../../smtp_client/mod.ts";
import type { LinkTls, TlsFailure } from "../../wire/mod.ts";

/** What is wanted of a connection. */
export interface Call {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly protocol: ClientProtocol;
  readonly implicitTls: boolean;
  readonly startTls: StartTlsPolicy;
  readonly judge: ClientTlsPolicy;
  readonly login?: ClientLogin;
  /** As `next` of a client's setting; told how the connection is protected by now. */
  readonly next: (
    tls: LinkTls | undefined,
  ) => Promise<Transmission | undefined>;
}

/** What came of it. */
export interface CallResult {
  /** Why no connection could be had; nothing else is there then. */
  readonly unreached?: Reply;
  readonly report?: ClientReport;
  readonly tls?: LinkTls;
  readonly tlsFailure?: TlsFailure;
}

/** Opens a connection, runs a client session on it, closes it. Never rejects. */
export type Converse = (call: Call) => Promise<CallResult>;
