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
): Pick<
  Accounts,
  "verify" | "scram" | "sharedSecret" | "offersLegacy" | "find"
> {
  const entryOf = (login: string) =>
    entryAt(directory, meantLogin(directory, login));
  return {
    async verify(login, password) {
      const prepared = preparePassword(password);
      // Nobody has such a password, whoever is named.
      if (prepared === undefined) return undefined;
      const name = meantLogin(directory, login);
      const entry = await entryAt(directory, name);
      const account = entry?.account.enabled ? entry.account : undefined;
      // A disabled account is treated like none, so that it costs as much with its right password.
      const kept = account && entry?.password();
      const right = await directory.passwords.check(name, kept, prepared);
      return right ? account : undefined;
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

    async offersLegacy() {
      const { configured, registry } = directory;
      const accounts = [...configured.accounts.values()];
      return accounts.some(({ legacy, enabled }) => legacy && enabled) ||
        await registry.hasSealed();
    },

    async find(login) {
      return (await entryOf(login))?.account;
    },
  };
}
