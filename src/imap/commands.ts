/**
 * All commands of IMAP. A new one is a file in `commands/` and a line here, or belongs
 * to an extension.
 *
 * @module
 */

import { append } from "./commands/append.ts";
import { capability } from "./commands/capability.ts";
import { close, unselect } from "./commands/close.ts";
import { copy, move, uidCopy, uidMove } from "./commands/copy.ts";
import { create } from "./commands/create.ts";
import { deletion } from "./commands/delete.ts";
import { expunge, uidExpunge } from "./commands/expunge.ts";
import { fetch, uidFetch } from "./commands/fetch.ts";
import { list, lsub } from "./commands/list.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { check, noop } from "./commands/noop.ts";
import { rename } from "./commands/rename.ts";
import { search, uidSearch } from "./commands/search.ts";
import { examine, select } from "./commands/select.ts";
import { status } from "./commands/status.ts";
import { store, uidStore } from "./commands/store.ts";
import { subscribe, unsubscribe } from "./commands/subscribe.ts";
import { extensions } from "./extensions.ts";
import type { Command } from "./rows.ts";

const rows: readonly Command[] = [
  append,
  capability,
  check,
  close,
  copy,
  create,
  deletion,
  examine,
  expunge,
  fetch,
  list,
  login,
  logout,
  lsub,
  move,
  noop,
  rename,
  search,
  select,
  status,
  store,
  subscribe,
  uidCopy,
  uidExpunge,
  uidFetch,
  uidMove,
  uidSearch,
  uidStore,
  unselect,
  unsubscribe,
  ...extensions.flatMap((row) => row.commands ?? []),
];

/** The rows by name. */
export const commands: ReadonlyMap<string, Command> = new Map(
  rows.map((row) => [row.name, row]),
);
