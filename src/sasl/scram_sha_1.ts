/** SCRAM-SHA-1 and SCRAM-SHA-1-PLUS (RFC 5802). */

import { scram } from "./scram.ts";

export const scramSha1 = scram("sha-1", { plus: false });
export const scramSha1Plus = scram("sha-1", { plus: true });
