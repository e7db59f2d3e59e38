/** Accounts as logins need them, whose trouble is told from a bug of ours (RFC 5530 §3, UNAVAILABLE). */

import type { Accounts } from "../accounts/mod.ts";
import { AccountsUnavailable } from "./fault.ts";

type Reachable = Pick<Accounts, "verify" | "scram" | "sharedSecret">;

/** `accounts`, of which what fails throws {@linkcode AccountsUnavailable}. */
export function reachable(accounts: Accounts): Reachable {
  return {
    verify: (login, password) => reach(() => accounts.verify(login, password)),
    scram: (login, hash) => reach(() => accounts.scram(login, hash)),
    sharedSecret: (login) => reach(() => accounts.sharedSecret(login)),
  };
}

async function reach<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    // Ports are known as types only.
    if (cause instanceof Error && cause.name === "TooBusy") throw cause;
    throw new AccountsUnavailable("Cannot look into the accounts", { cause });
  }
}
