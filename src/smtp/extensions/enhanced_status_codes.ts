/** ENHANCEDSTATUSCODES (RFC 2034): the replies carry them. */

import type { Extension } from "../rows.ts";

export const enhancedStatusCodes: Extension = {
  keyword: "ENHANCEDSTATUSCODES",
  rfc: "RFC 2034",
  advertise: () => "",
};
