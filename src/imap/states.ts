/** The states that rows name most (RFC 9051 §3). */

import type { State } from "./imap_session.ts";

export const ANY_STATE: readonly State[] = [
  "not authenticated",
  "authenticated",
  "selected",
];
export const BEFORE_LOGIN: readonly State[] = ["not authenticated"];
export const AFTER_LOGIN: readonly State[] = ["authenticated", "selected"];
export const SELECTED: readonly State[] = ["selected"];
