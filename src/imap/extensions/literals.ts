/**
 * Literals that do not wait (RFC 7888). The scanner reads them; RFC 7888 §5 has LITERAL+
 * announced, or LITERAL-, and never both: this one takes more.
 */

import type { Extension } from "../rows.ts";

export const literals: Extension = {
  rfc: "RFC 7888",
  announce: () => ["LITERAL+"],
};
