/** LIMITS (RFC 9422): how many recipients a transaction may have. */

import type { Extension } from "../rows.ts";

export const limits: Extension = {
  keyword: "LIMITS",
  rfc: "RFC 9422",
  // MAILMAX is left out: a connection may carry any number of messages.
  advertise: (s) => `RCPTMAX=${s.setting.limits.recipients}`,
};
