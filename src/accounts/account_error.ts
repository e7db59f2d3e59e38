/** What can be wrong with a change of accounts. */

export type AccountFault =
  | "already-exists"
  | "not-found"
  | "bad-address"
  | "bad-password"
  /** The configuration has it, and only the configuration can change it. */
  | "configured-elsewhere"
  | "domain-not-local";

/** A change that was refused; nothing happened. */
export class AccountError extends Error {
  override name = "AccountError";
  constructor(readonly fault: AccountFault, message: string) {
    super(message);
  }
}
