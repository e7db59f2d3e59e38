/** SCRAM-SHA-1 (RFC 5802). */

import { scram } from "./scram.ts";

export const scramSha1 = scram("sha-1");
