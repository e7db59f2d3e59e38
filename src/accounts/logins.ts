/**
 * Who may log in.
 *
 * An unknown login, a disabled account, a wrong password: all fail alike, and take
 * the same time (see `passwords.ts`).
 *
 * @module
 */

import type { Accounts } from "./accounts.ts";
import { type Directory, entryAt, meantLogin } from "./directory.ts";
import { preparePassword } from "./prepare.ts";

export function logins(
  directory: Directory,
): Pick<Accounts, "verify" | "scram" | "sharedSecret" | "find"> {
  const entryOf = (login: string) =>
    entryAt(directory, meantLogin(directory, login));
  return {
    async verify(login, password) {
      const prepared = preparePassword(password);
      // Nobody has such a password, whoever is named.
      if (prepared === undefined) return undefined;
      const entry = await entryOf(login);
      const right = await directory.passwords.check(
        entry?.password(),
        prepared,
      );
      return right && entry?.account.enabled ? entry.account : undefined;
    },

    async scram(login, hash) {
      const name = meantLogin(directory, login);
      const entry = await entryAt(directory, name);
      const kept = entry?.password();
      const verifier = await directory.passwords.verifier(name, kept, hash);
      const mayLogIn = kept !== undefined && entry?.account.enabled;
      return {
        ...verifier,
        identity: mayLogIn ? { address: name } : undefined,
      };
    },

    async sharedSecret(login) {
      const entry = await entryOf(login);
      if (!entry?.account.enabled) return undefined;
      const secret = entry.secret();
      return secret === undefined
        ? undefined
        : { identity: entry.account, secret };
    },

    async find(login) {
      return (await entryOf(login))?.account;
    },
  };
}
