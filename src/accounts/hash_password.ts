/** The line that may stand in a configuration in place of a password. */

import { AccountError } from "./account_error.ts";
import { hashPrepared, type PasswordsOptions } from "./passwords.ts";
import { preparePassword } from "./prepare.ts";

/**
 * Hashes a password for a configuration; see `password.ts` for the form.
 *
 * @throws {AccountError} "bad-password": empty, or with control characters.
 */
export async function hashPassword(
  password: string,
  options: Pick<PasswordsOptions, "derivation" | "cost"> = {},
): Promise<string> {
  return await hashPrepared(
    requirePassword(password),
    options.derivation,
    options.cost,
  );
}

/** @throws {AccountError} "bad-password". */
export function requirePassword(password: string): string {
  const prepared = preparePassword(password);
  if (prepared !== undefined) return prepared;
  throw new AccountError(
    "bad-password",
    `Cannot use this password: it is ${
      password === "" ? "empty" : "not made of ordinary characters"
    }`,
  );
}
