/**
 * Accounts: who may log in, and where an address leads.
 *
 * `Accounts` is the port, `AccountsAdmin` the port for those who change accounts.
 * Two implementations of both: `memoryAccounts` and `openFileAccounts`, which puts
 * `accounts.db` and the configuration's accounts together; the configuration wins.
 *
 * Passwords go through scrypt off the event loop, a few at a time, and are kept
 * with SCRAM verifiers (RFC 5802 §3); names and passwords are prepared as RFC 8265
 * has it. The password itself is kept, sealed, only for accounts that opted in to
 * CRAM-MD5 and APOP. Postmaster is always somebody (RFC 5321 §4.5.1).
 *
 * Leaves out mailboxes and their paths (see `store/`): an address here is text, and
 * a detail that an address carries is whatever the sender wrote.
 *
 * @module
 */

export { AccountError, type AccountFault } from "./account_error.ts";
export * from "./accounts.ts";
export type { ManagedAccounts } from "./accounts_over.ts";
export * from "./administration.ts";
export { type FileAccountsOptions, openFileAccounts } from "./file_accounts.ts";
export { hashPassword } from "./hash_password.ts";
export type { KeyDerivation, ScryptCost } from "./key_derivation.ts";
export { memoryAccounts } from "./memory_accounts.ts";
export type { PasswordsOptions } from "./passwords.ts";
export { openFileSendingLimits } from "./file_sending_limits.ts";
export {
  type Allowance,
  type Excess,
  memorySendingLimits,
  type SendingLimits,
} from "./sending_limits.ts";
export { loadServerKey } from "./server_key.ts";
export {
  type AccountsSetting,
  BadAccountsSetting,
  checkSetting,
  type ConfiguredAccount,
} from "./setting.ts";
export { TooBusy } from "./work_limit.ts";
