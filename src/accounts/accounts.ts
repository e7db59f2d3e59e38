/**
 * The port of accounts: who may log in, and where an address leads.
 *
 * Two implementations: `memory_accounts.ts` and `file_accounts.ts` (accounts.db and
 * the accounts of the configuration together).
 *
 * @module
 */

import type { Address } from "../mail/mod.ts";

export interface Account {
  /** Canonical: lower-case local part, "@", lower-case A-label domain. */
  readonly address: string;
  /** A disabled account cannot log in. */
  readonly enabled: boolean;
  /** Whether it still receives while disabled (the default). */
  readonly receives: boolean;
  /** CRAM-MD5 and APOP were opted in to. */
  readonly legacy: boolean;
  readonly details: DetailRule;
}

/**
 * What becomes of mail to `alice+folder@`: it goes to INBOX as all other mail; to the
 * mailbox of that name, where there is one; to that mailbox, which is made.
 */
export type DetailRule = (typeof DETAIL_RULES)[number];

export const DETAIL_RULES = ["inbox", "existing", "create"] as const;

/** Where mail for an address goes. */
export type Resolution =
  | { readonly kind: "found"; readonly targets: readonly Target[] }
  /** The domain is ours, the address is nobody's: 550 5.1.1. */
  | { readonly kind: "unknown" }
  /** The account is disabled and does not receive: 550 5.2.1. */
  | { readonly kind: "disabled" }
  /** Aliases lead in a circle: 550 5.4.6. */
  | { readonly kind: "loop" }
  /** Not one of our domains. */
  | { readonly kind: "remote" };

export type Target =
  | {
    readonly kind: "mailbox";
    readonly account: string;
    readonly detail?: string;
  }
  | { readonly kind: "remote"; readonly address: string };

/** What SCRAM keeps of a password; see `sasl/mechanism.ts`, which names the same shape. */
export interface ScramCredential {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
  readonly identity: { readonly address: string } | undefined;
}

export interface Accounts {
  /** The account behind `login` when `password` is right and it is enabled. Takes as long for unknown logins. */
  verify(login: string, password: string): Promise<Account | undefined>;
  scram(login: string, hash: "sha-1" | "sha-256"): Promise<ScramCredential>;
  sharedSecret(
    login: string,
  ): Promise<{ identity: Account; secret: string } | undefined>;
  /** True when some account opted in to CRAM-MD5 and APOP, so that offering them makes sense. */
  offersLegacy(): Promise<boolean>;
  find(login: string): Promise<Account | undefined>;
  resolve(address: Address): Promise<Resolution>;
  /** True when mail for `address` reaches `account`, so that it may send under that address. */
  owns(account: string, address: Address): Promise<boolean>;
  /** True when `domain` is one of ours. */
  isLocal(domain: string): boolean;
}
