/** SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 7677). */

import { scram } from "./scram.ts";

export const scramSha256 = scram("sha-256", { plus: false });
export const scramSha256Plus = scram("sha-256", { plus: true });
