/** SASL: the mechanisms, and initial responses (RFC 9051 §6.2.2, RFC 4959). */

import { authenticate } from "../commands/authenticate.ts";
import { offer } from "../../sasl/mod.ts";
import type { Extension } from "../rows.ts";

export const auth: Extension = {
  rfc: "RFC 4959",
  announce: (s) => {
    if (s.login !== undefined) return [];
    const names = offer(s).map(({ name }) => `AUTH=${name}`);
    return names.length === 0 ? [] : ["SASL-IR", ...names];
  },
  commands: [authenticate],
};
