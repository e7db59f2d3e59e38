/** SCRAM-SHA-256 (RFC 7677). */

import { scram } from "./scram.ts";

export const scramSha256 = scram("sha-256");
