/** PIPELINING (RFC 2920): the wire does it; replies leave together when input runs out. */

import type { Extension } from "../rows.ts";

export const pipelining: Extension = {
  keyword: "PIPELINING",
  rfc: "RFC 2920",
  advertise: () => "",
};
