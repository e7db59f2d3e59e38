/** `denomaild mailbox …`: what lies in an account's mailboxes, checked and set right. */

import type { MailboxReport, MaildirStore } from "../store/mod.ts";
import { columns } from "./columns.ts";
import { withAccounts } from "./open_accounts.ts";
import {
  type Command,
  CommandFailed,
  type CommandGroup,
  type Invocation,
  sharedOptions,
  UsageError,
} from "./subcommand.ts";

const common = {
  arguments: ["ADDRESS"],
  options: [sharedOptions.config, sharedOptions.data, sharedOptions.json],
} as const;

const list: Command = {
  ...common,
  name: "list",
  summary:
    "list the mailboxes of an account with messages, unseen ones and octets",
  run: async (invocation) => {
    const counts = await withMail(
      invocation,
      (store, account) => store.counts(account),
    );
    const rows = counts.map(({ name, messages, unseen, octets }) => [
      name,
      `${messages} messages`,
      `${unseen} unseen`,
      `${octets} octets`,
    ]);
    if (invocation.options.json) invocation.print(JSON.stringify(counts));
    else for (const line of columns(rows)) invocation.print(line);
    return 0;
  },
};

const verify: Command = {
  ...common,
  name: "verify",
  summary: "compare files and index of an account, and set right what can be",
  details:
    "Exit code 1 when something was wrong. The server may run meanwhile.",
  run: async (invocation) => {
    const reports = await withMail(
      invocation,
      (store, account) => store.verify(account),
    );
    if (invocation.options.json) invocation.print(JSON.stringify(reports));
    else {for (const line of reports.flatMap(reportLines)) {
        invocation.print(line);
      }}
    return reports.some(({ problems }) => problems.length > 0) ? 1 : 0;
  },
};

const rebuild: Command = {
  ...common,
  name: "rebuild",
  summary: "make the index of an account anew from its files",
  details: "With all that searches need, so it reads every message.",
  run: async (invocation) => {
    const [address, counts] = await withMail(
      invocation,
      async (store, account) => {
        await store.rebuild(account);
        await indexAll(store, account);
        return [account, await store.counts(account)] as const;
      },
    );
    const messages = counts.reduce((sum, one) => sum + one.messages, 0);
    invocation.print(
      invocation.options.json
        ? JSON.stringify(counts)
        : `The index of "${address}" has ${messages} messages`,
    );
    return 0;
  },
};

const search: Command = {
  name: "search",
  summary: "keep the words of an account's mail to search it fast, or do not",
  arguments: ["ADDRESS", "on|off"],
  options: [sharedOptions.config, sharedOptions.data],
  details: [
    "Off forgets them, and searches read every message. The server may run",
    "meanwhile: it follows when a mailbox of the account is opened.",
  ].join("\n"),
  run: async (invocation) => {
    const [, word] = invocation.args;
    if (word !== "on" && word !== "off") {
      throw new UsageError(`"${word}" is neither on nor off`);
    }
    const account = await withMail(invocation, async (store, account) => {
      await (await store.open(account)).setTextIndex(word === "on");
      return account;
    });
    invocation.print(`The text index of "${account}" is ${word}`);
    return 0;
  },
};

/** Finds out about all messages of an account, as the server would in the background. */
async function indexAll(store: MaildirStore, account: string): Promise<void> {
  const { indexWhole } = await import("../indexer.ts");
  const user = await store.open(account);
  for (const name of await user.mailboxes()) {
    const mailbox = await user.mailbox(name);
    if (mailbox) await indexWhole(mailbox);
  }
}

export const mailbox: CommandGroup = {
  name: "mailbox",
  summary: "list, verify, rebuild the mailboxes of an account; how to search",
  actions: [list, verify, rebuild, search],
};

function reportLines(report: MailboxReport): string[] {
  const { name, messages, octets, indexBehind, problems } = report;
  // No fault: other programs may change a Maildir at any time.
  const behind = indexBehind > 0
    ? `; the index was behind by ${indexBehind}`
    : "";
  return [
    `${name}: ${messages} messages, ${octets} octets${behind}`,
    ...problems.map(({ file, problem }) => `  ${file}: ${problem}`),
  ];
}

/**
 * Opens the mail of the account that is the first argument, and closes it after `act`.
 *
 * @throws {CommandFailed} When there is no such account.
 */
async function withMail<T>(
  invocation: Invocation,
  act: (store: MaildirStore, account: string) => Promise<T>,
): Promise<T> {
  const login = invocation.args[0]!;
  const { account, site } = await withAccounts(
    invocation,
    async (accounts, site) => ({ account: await accounts.find(login), site }),
  );
  if (account === undefined) {
    throw new CommandFailed(`There is no account "${login}"`);
  }
  const { DiskError, filesDisk } = await import("../disk/mod.ts");
  const { maildirStore, sqliteIndex } = await import("../store/mod.ts");
  const store = maildirStore({
    disk: filesDisk(),
    root: `${site.folder}/mail`,
    index: sqliteIndex(),
    host: site.configuration.server_name,
    hasTextIndex: () => site.configuration.IMAP.enable_text_index,
  });
  try {
    return await act(store, account.address);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new CommandFailed(error.message, { cause: error });
  } finally {
    await store.close();
  }
}
