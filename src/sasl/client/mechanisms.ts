/** The client's mechanisms, the best first. */

import { cramMd5 } from "./cram_md5.ts";
import { login } from "./login.ts";
import type { ClientMechanism } from "./mechanism.ts";
import { plain } from "./plain.ts";
import { scramSha1 } from "./scram_sha_1.ts";
import { scramSha256 } from "./scram_sha_256.ts";

export const clientMechanisms: readonly ClientMechanism[] = [
  scramSha256,
  scramSha1,
  cramMd5,
  plain,
  login,
];
