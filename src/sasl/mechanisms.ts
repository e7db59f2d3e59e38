/**
 * The mechanisms, strongest first: clients without an opinion take the first one.
 *
 * CRAM-MD5 comes last although it hides the password: it fails for every account
 * that did not opt in.
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";
import { cramMd5 } from "./cram_md5.ts";
import { login } from "./login.ts";
import type { Mechanism } from "./mechanism.ts";
import { plain } from "./plain.ts";
import { scramSha1, scramSha1Plus } from "./scram_sha_1.ts";
import { scramSha256, scramSha256Plus } from "./scram_sha_256.ts";

export const mechanisms: readonly Mechanism[] = [
  scramSha256Plus,
  scramSha1Plus,
  scramSha256,
  scramSha1,
  plain,
  login,
  cramMd5,
];

/** The mechanism of that name in any case (RFC 4422 §3.1 has them in upper case), among `list`. */
export function findMechanism(
  name: string,
  list: readonly Mechanism[] = mechanisms,
): Mechanism | undefined {
  const wanted = asciiUpper(name);
  return list.find((mechanism) => mechanism.name === wanted);
}
