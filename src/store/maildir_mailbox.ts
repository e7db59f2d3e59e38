/**
 * What is handed out for a mailbox of a Maildir: it goes by the mailbox's id, so that it
 * goes on working when the account is closed and opened again, or the mailbox renamed.
 *
 * @module
 */

import { MailboxDraft } from "./append.ts";
import { appendWhole } from "./append_whole.ts";
import { copyMessages } from "./copy.ts";
import { expunge } from "./expunge.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import type { LiveUser } from "./live_user.ts";
import { normalMailboxName } from "./mailbox_name.ts";
import { moveMessages } from "./move.ts";
import { setFlags } from "./set_flags.ts";
import {
  type Change,
  type Draft,
  type Mailbox,
  NoSuchMailbox,
  type TextIndex,
} from "./store.ts";

/**
 * @param use Runs work on the account, which stays open as long.
 * @param watch Begins to tell of changes of the mailbox that has this id.
 * @param nameOf What a mailbox that was renamed is called now.
 */
export function mailboxOver(
  opened: LiveMailbox,
  use: <T>(work: (user: LiveUser) => Promise<T>) => Promise<T>,
  watch: (id: string, listener: (change: Change) => void) => () => void,
  nameOf: (id: string) => string | undefined,
): Mailbox {
  const { uidValidity, mailboxId, specialUse } = opened.numbers;
  let { name } = opened.place;
  const nameNow = () => nameOf(mailboxId) ?? name;
  const using: Using = (work) =>
    use(async (user) => {
      const live = await user.byId(mailboxId, nameNow());
      if (live === undefined) {
        throw new NoSuchMailbox(`Cannot use mailbox "${nameNow()}": deleted`);
      }
      name = live.place.name;
      return await work(live, user);
    });
  return {
    get name() {
      return nameNow();
    },
    uidValidity,
    id: mailboxId,
    specialUse,
    ...readingOf(using),
    ...changingOf(using),
    follow: (listener) =>
      using(async (live, user) => {
        // The command line may have switched the text index meanwhile.
        await user.file.reload();
        user.home.unread(live.place.name, "followed");
        return await live.follow(() => watch(mailboxId, listener));
      }),
    watch: (listener) => watch(mailboxId, listener),
  };
}

/** Runs work on the mailbox, which is opened for it. */
type Using = <T>(
  work: (live: LiveMailbox, user: LiveUser) => Promise<T>,
) => Promise<T>;

type Reading =
  | "metas"
  | "status"
  | "refresh"
  | "claimRecent"
  | "expungedSince"
  | "read"
  | "cache"
  | "text";

function readingOf(using: Using): Pick<Mailbox, Reading> {
  const text = <T>(work: (text: TextIndex) => Promise<T>): Promise<T> =>
    using((live, user) => work(live.findings.text(() => user.hasTextIndex)));
  return {
    metas: () => using((live) => live.metas()),
    status: () => using((live) => live.status()),
    refresh: () => using((live) => live.refreshed(() => {})),
    claimRecent: () => using((live) => live.claimRecent()),
    expungedSince: (modseq) =>
      using((live) => live.refreshed(() => live.expunged.after(modseq))),
    read: (uid) => using((live) => live.read(uid)),
    cache: {
      get: (uids, kind) =>
        using(({ findings: { cache } }) => cache.get(uids, kind)),
      search: (uids, kind, part) =>
        using(({ findings: { cache } }) => cache.search(uids, kind, part)),
      put: (found) => using(({ findings: { cache } }) => cache.put(found)),
    },
    text: {
      find: (part) => text((index) => index.find(part)),
      missing: (limit) => text((index) => index.missing(limit)),
      put: (texts) => text((index) => index.put(texts)),
      isBegun: () => text((index) => index.isBegun()),
    },
  };
}

type Changing =
  | "append"
  | "appendAll"
  | "draft"
  | "setFlags"
  | "expunge"
  | "copy"
  | "move";

function changingOf(using: Using): Pick<Mailbox, Changing> {
  const draft = () => draftOf(using);
  return {
    append: (chunks, options = {}) =>
      using((live) => live.appender.append(chunks, options)),
    appendAll: (messages) => appendWhole({ draft }, messages),
    draft,
    setFlags: (uids, how, flags, { unchangedSince } = {}) =>
      using((live) => setFlags(live, uids, { how, flags, unchangedSince })),
    expunge: (uids) => using((live) => expunge(live, uids)),
    copy: (uids, to) =>
      using(async (live, user) =>
        copyMessages(live, uids, await mailboxIn(user, to))
      ),
    move: (uids, to) =>
      using(async (live, user) =>
        moveMessages(live, uids, await mailboxIn(user, to))
      ),
  };
}

/** The account may be closed and opened between two calls: what is in tmp/ stays as it is. */
function draftOf(using: Using): Draft {
  let draft: MailboxDraft | undefined;
  const run = <T>(work: (draft: MailboxDraft) => Promise<T>): Promise<T> =>
    using((live) => {
      draft ??= new MailboxDraft(live);
      draft.mailbox = live;
      return work(draft);
    });
  return {
    begin: (options = {}) => run((draft) => draft.begin(options)),
    write: (octets) => run((draft) => draft.write(octets)),
    commit: () => run((draft) => draft.commit()),
    abort: async () => await draft?.abort(),
  };
}

/** The mailbox `name`. @throws {NoSuchMailbox | InvalidMailboxName} */
export async function mailboxIn(
  user: LiveUser,
  name: string,
): Promise<LiveMailbox> {
  const live = await user.mailbox(normalMailboxName(name));
  if (live === undefined) {
    throw new NoSuchMailbox(`Cannot open mailbox "${name}": not there`);
  }
  return live;
}
