/** Small stand-ins for the ports that SMTP sees. */

import type {
  Account,
  Accounts,
  Resolution,
  Target,
} from "../../src/accounts/mod.ts";
import { type Address, canonicalAddress } from "../../src/mail/mod.ts";

export class StandInAccounts implements Accounts {
  readonly domains = new Set(["example.test"]);
  readonly users = new Map<string, { account: Account; password: string }>();
  readonly aliases = new Map<string, string[]>();

  add(address: string, password: string, more: Partial<Account>): void {
    const account = { address, enabled: true, receives: true, legacy: false };
    this.users.set(address, { account: { ...account, ...more }, password });
  }

  verify(login: string, password: string): Promise<Account | undefined> {
    const user = this.users.get(login);
    const right = user?.account.enabled && user.password === password;
    return Promise.resolve(right ? user.account : undefined);
  }

  scram(): Promise<never> {
    return Promise.reject(new Error("Cannot do SCRAM"));
  }

  sharedSecret(
    login: string,
  ): Promise<{ identity: Account; secret: string } | undefined> {
    const user = this.users.get(login);
    if (!user?.account.legacy) return Promise.resolve(undefined);
    return Promise.resolve({ identity: user.account, secret: user.password });
  }

  find(login: string): Promise<Account | undefined> {
    return Promise.resolve(this.users.get(login)?.account);
  }

  resolve(address: Address): Promise<Resolution> {
    if (address.domain !== "" && !this.isLocal(address.domain)) {
      return Promise.resolve({ kind: "remote" });
    }
    const name = canonicalAddress(address);
    if (/^postmaster(@|$)/.test(name)) {
      const [first] = this.users.keys();
      return Promise.resolve({
        kind: "found",
        targets: [{ kind: "mailbox", account: first! }],
      });
    }
    const targets: Target[] = [];
    const aliases = this.aliases.get(name) ?? [name];
    if (aliases.includes(name) && this.aliases.has(name)) {
      return Promise.resolve({ kind: "loop" });
    }
    for (const target of aliases) {
      const account = this.users.get(target)?.account;
      if (account && !account.receives) {
        return Promise.resolve({ kind: "disabled" });
      }
      if (account) targets.push({ kind: "mailbox", account: target });
      else if (!target.endsWith("@example.test")) {
        targets.push({ kind: "remote", address: target });
      }
    }
    return Promise.resolve(
      targets.length ? { kind: "found", targets } : { kind: "unknown" },
    );
  }

  owns(account: string, address: Address): Promise<boolean> {
    const name = canonicalAddress(address);
    const aliases = this.aliases.get(name) ?? [];
    return Promise.resolve(name === account || aliases.includes(account));
  }

  isLocal(domain: string): boolean {
    return this.domains.has(domain);
  }
}
