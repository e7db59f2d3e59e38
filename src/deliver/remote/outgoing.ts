/** What the configuration says of mail that goes out; may change while the server runs. */

import type { TlsRule } from "./protection.ts";
import type { RouteTable } from "./route.ts";

export interface Outgoing {
  readonly routes: RouteTable;
  readonly tls: TlsRule;
  readonly dane: boolean;
  /** Port of hosts that DNS names. */
  readonly port: number;
  /** Which addresses of hosts are used, in the order in which they are tried. */
  readonly families: readonly (4 | 6)[];
  readonly sourceAddresses: readonly string[];
  /** Host names that are this server: mail never goes there. */
  readonly ownNames: readonly string[];
  /** Connections at a time, in all and a lane. */
  readonly connections: number;
  readonly connectionsPerLane: number;
  readonly messagesPerConnection: number;
  /** Milliseconds for which a domain's TLS is remembered; 0 for not at all. */
  readonly rememberTls: number;
}
