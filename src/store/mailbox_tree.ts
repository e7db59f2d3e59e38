/** What changes the list of an account's mailboxes: made, deleted, renamed, subscribed to. */

import { DEFAULT_MAILBOXES, infosOf, renamings } from "./hierarchy.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import type { LiveUser } from "./live_user.ts";
import { dropMailbox, finishRenaming } from "./mailbox_folders.ts";
import { INBOX, normalMailboxName } from "./mailbox_name.ts";
import { moveMessages, waitForSpool } from "./move.ts";
import {
  InvalidMailboxName,
  MailboxExists,
  type MailboxInfo,
  NoSuchMailbox,
  type SpecialUse,
} from "./store.ts";
import { readSubscriptions, writeSubscriptions } from "./subscriptions.ts";

/** Durable when it resolves. @throws {DiskError | InvalidMailboxName} */
export function createMailbox(
  user: LiveUser,
  name: string,
  specialUse?: SpecialUse,
): Promise<LiveMailbox> {
  const normal = normalMailboxName(name);
  return user.restructure(() => create(user, normal, specialUse));
}

async function create(
  user: LiveUser,
  name: string,
  specialUse?: SpecialUse,
): Promise<LiveMailbox> {
  const isThere = name === INBOX || await user.isThere(name);
  const live = await user.open(name, specialUse);
  if (!isThere) user.home.announceList({ kind: "created", name });
  return live;
}

/** Durable when it resolves. @throws {DiskError | InvalidMailboxName | NoSuchMailbox} */
export async function deleteMailbox(
  user: LiveUser,
  given: string,
): Promise<void> {
  const name = normalMailboxName(given);
  if (name === INBOX) {
    throw new InvalidMailboxName("Cannot delete INBOX: it is always there");
  }
  const live = await user.mailbox(name);
  if (live === undefined) {
    throw new NoSuchMailbox(`Cannot delete mailbox "${given}": not there`);
  }
  const uids = live.roster.entries.map(({ meta }) => meta.uid);
  await waitForSpool(live, uids);
  const { surroundings, home } = user;
  await user.restructure(async () => {
    await user.end(
      [name],
      () => dropMailbox(surroundings, home.path, user.pathOf(name)),
    );
    await user.index.use((index) => index.remove(name));
    home.announceList({ kind: "deleted", name });
  });
}

/** Durable when it resolves. @throws {DiskError | InvalidMailboxName | NoSuchMailbox | MailboxExists} */
export async function renameMailbox(
  user: LiveUser,
  from: string,
  to: string,
): Promise<void> {
  if (normalMailboxName(from) === INBOX) return await moveInbox(user, to);
  await user.restructure(() => rename(user, from, to));
}

async function rename(user: LiveUser, from: string, to: string): Promise<void> {
  const { file, surroundings, home } = user;
  const names = renamings(await user.names(), from, to);
  const ids = new Map<string, string>();
  for (const [old, name] of names) {
    const live = await user.mailbox(old);
    if (live) ids.set(live.numbers.mailboxId, name);
  }
  const pair = [normalMailboxName(from), normalMailboxName(to)] as const;
  await user.end(names.map(([old]) => old), async () => {
    // One folder is renamed in one step; of a tree, whoever finds this renames the rest.
    const isTree = names.length > 1;
    if (isTree) await file.change({ renaming: pair });
    await finishRenaming(surroundings, home.path, pair);
    if (isTree) await file.change({ renaming: undefined });
  });
  await user.index.use((index) => index.rename(names));
  for (const [id, name] of ids) home.renamed(id, name);
  for (const [old, name] of names) {
    home.announceList({ kind: "renamed", name, from: old });
  }
}

/** RFC 9051 §6.3.6: its messages move, INBOX stays, and so does what is below it. */
async function moveInbox(user: LiveUser, to: string): Promise<void> {
  const name = normalMailboxName(to);
  const target = await user.restructure(async () => {
    if (name === INBOX || await user.isThere(name)) {
      throw new MailboxExists(`Cannot rename INBOX to "${to}": it is there`);
    }
    return await create(user, name);
  });
  const inbox = (await user.mailbox(INBOX))!;
  const metas = await inbox.metas();
  await moveMessages(inbox, metas.map(({ uid }) => uid), target);
}

/** @throws {DiskError} */
export async function listMailboxes(user: LiveUser): Promise<MailboxInfo[]> {
  const { surroundings, home } = user;
  const names = await user.names();
  const uses = new Map<string, SpecialUse | undefined>();
  for (const name of names) uses.set(name, await user.specialUseOf(name));
  const subscribed = await readSubscriptions(surroundings, home.path);
  return infosOf(names, (name) => uses.get(name), subscribed);
}

/** @throws {DiskError} */
export async function subscriptionsOf(user: LiveUser): Promise<string[]> {
  const { surroundings, home } = user;
  await user.certify();
  return [...await readSubscriptions(surroundings, home.path)].sort();
}

/** Durable when it resolves. @throws {DiskError | InvalidMailboxName} */
export async function subscribe(
  user: LiveUser,
  names: readonly string[],
  on: boolean,
): Promise<void> {
  const normal = names.map(normalMailboxName);
  await user.restructure(() => changeSubscriptions(user, normal, on));
}

async function changeSubscriptions(
  { surroundings, home }: LiveUser,
  names: readonly string[],
  on: boolean,
): Promise<void> {
  const subscribed = await readSubscriptions(surroundings, home.path);
  const changed = names.filter((name) => subscribed.has(name) !== on);
  for (const name of changed) {
    if (on) subscribed.add(name);
    else subscribed.delete(name);
  }
  if (changed.length === 0) return;
  await writeSubscriptions(surroundings, home.path, subscribed);
  const kind = on ? "subscribed" : "unsubscribed";
  for (const name of changed) home.announceList({ kind, name });
}

/** Durable when it resolves. @throws {DiskError} */
export async function makeDefaults(user: LiveUser): Promise<void> {
  if (user.file.facts.hasDefaults) return;
  await user.restructure(async () => {
    if (user.file.facts.hasDefaults) return;
    for (const [name, use] of DEFAULT_MAILBOXES) await create(user, name, use);
    const names = DEFAULT_MAILBOXES.map(([name]) => name);
    await changeSubscriptions(user, names, true);
    await user.file.change({ hasDefaults: true });
  });
}

/** Durable when it resolves. @throws {DiskError} */
export async function setTextIndex(user: LiveUser, on: boolean): Promise<void> {
  if (user.file.facts.hasTextIndex === on) return;
  await user.file.change({ hasTextIndex: on });
  await user.dropTexts();
}
