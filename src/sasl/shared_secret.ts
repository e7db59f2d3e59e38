/**
 * What CRAM-MD5 and APOP have in common: both sides know the password itself, and
 * the client shows that by a digest in which it takes part.
 *
 * @module
 */

import { utf8Encode } from "../bytes/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import type { Identity, SaslContext } from "./mechanism.ts";
import { sameBytes } from "./same_bytes.ts";

/**
 * The identity behind `login` when `digest` is what `digestOf` makes of its password.
 *
 * Logins without a shared secret are compared too, with a secret that nobody
 * knows, so that they fail exactly like wrong passwords.
 */
export function* provenBy(
  context: Pick<SaslContext, "credentials" | "random">,
  login: string,
  digest: string,
  digestOf: (secret: string) => string,
): Session<Identity | undefined> {
  const found = yield* work(() => context.credentials.sharedSecret(login));
  const secret = found?.secret ?? context.random(32).join();
  const right = sameBytes(
    utf8Encode(digestOf(secret)),
    utf8Encode(digest),
  );
  return right ? found?.identity : undefined;
}
