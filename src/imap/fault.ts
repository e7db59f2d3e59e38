/**
 * What an error that a command threw means for the client, for the session, for the log.
 *
 * Of RFC 5530's codes three have no case here: INUSE (nothing locks a mailbox against
 * others), EXPIRED (passwords do not) and CORRUPTION (damaged files are set aside and
 * logged, and the rest is served).
 *
 * @module
 */

import { Disconnected, ShuttingDown, TimedOut } from "../wire/mod.ts";
import { type ImapSession, logEvent } from "./imap_session.ts";
import { no, Refusal, type Status } from "./status.ts";

/** A response broke off in its middle: the connection must end. */
export class ResponseCutShort extends Error {
  override name = "ResponseCutShort";
}

/** Another session deleted the mailbox that is open: there is nothing left to talk about. */
export class MailboxDeleted extends Error {
  override name = "MailboxDeleted";
}

/** Nobody can say now who may log in. */
export class AccountsUnavailable extends Error {
  override name = "AccountsUnavailable";
}

/** What the ports' errors, by name, mean to a client (RFC 5530; ports are known as types only). */
const MEANINGS: ReadonlyMap<string, Status> = new Map([
  ["NoSuchMailbox", no("There is no such mailbox", "NONEXISTENT")],
  ["MailboxExists", no("There is such a mailbox already", "ALREADYEXISTS")],
  ["InvalidMailboxName", no("No mailbox can have that name", "CANNOT")],
  ["NoSuchMessage", no("Some messages are gone", "EXPUNGEISSUED")],
  ["TooManyKeywords", no("A mailbox cannot have more keywords", "LIMIT")],
  ["OverQuota", no("The account has no room for that", "OVERQUOTA")],
  ["TooBusy", no("Too many logins at a time, try again", "UNAVAILABLE")],
]);

const SERVER_BUG = no("Cannot do this now, try again later", "SERVERBUG");
const NO_ACCOUNTS = no("Cannot check logins now, try again", "UNAVAILABLE");

/** What is wrong with the disk, which waiting or the administrator sets right; the rest is our own fault. */
const DISK_FAULTS: ReadonlyMap<unknown, Status> = new Map([
  ["full", no("The server has no room now", "UNAVAILABLE")],
  ["io", no("The server cannot reach its mail now", "UNAVAILABLE")],
  ["denied", no("The server may not reach its mail", "CONTACTADMIN")],
  ["read-only", no("The server cannot change its mail", "CONTACTADMIN")],
]);

/** How a command that threw ends; what ends the session is thrown again. */
export function statusOf(s: ImapSession, error: unknown): Status {
  if (error instanceof Refusal) return error.status;
  if (endsSession(error)) throw error;
  const meaning = error instanceof Error ? MEANINGS.get(error.name) : undefined;
  if (meaning !== undefined) return meaning;
  logFault(s, error);
  if (error instanceof AccountsUnavailable) return NO_ACCOUNTS;
  return diskTrouble(error) ?? SERVER_BUG;
}

/** The text of the BYE that ends a session which cannot go on. */
export function farewell(s: ImapSession, error: unknown): string | undefined {
  if (error instanceof TimedOut) return s.setting.timeout_message;
  // RFC 2180 §3.3: one of the ways that clients cope with.
  if (error instanceof MailboxDeleted) return "The mailbox was deleted";
  if (error instanceof ShuttingDown) return "Server is shutting down";
  if (!(error instanceof Disconnected)) logFault(s, error);
  return undefined;
}

/** Logs what went wrong on our side, with its stack; the peer hears nothing of it. */
export function logFault(s: ImapSession, error: unknown): void {
  logEvent(s, "imap.fault", {
    level: "error",
    error: textOf(error),
    ...(error instanceof Error && error.cause !== undefined
      ? { cause: textOf(error.cause) }
      : {}),
  });
}

function diskTrouble(error: unknown): Status | undefined {
  if (!(error instanceof Error) || error.name !== "DiskError") return undefined;
  return DISK_FAULTS.get((error as Error & { fault?: unknown }).fault);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : `${error}`;
}

function endsSession(error: unknown): boolean {
  return error instanceof Disconnected || error instanceof TimedOut ||
    error instanceof ShuttingDown || error instanceof ResponseCutShort ||
    error instanceof MailboxDeleted;
}
