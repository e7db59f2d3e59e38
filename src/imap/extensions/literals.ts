/**
 * Literals that do not wait (RFC 7888). The scanner reads them.
 *
 * RFC 7888 §5 has LITERAL+ announced, or LITERAL-, and never both. Before login little is
 * taken, so it is LITERAL-: at most 4096 octets without asking. Afterwards it is LITERAL+,
 * which takes more.
 */

import type { Extension } from "../rows.ts";

export const literals: Extension = {
  rfc: "RFC 7888",
  announce: (s) => [s.login === undefined ? "LITERAL-" : "LITERAL+"],
};
