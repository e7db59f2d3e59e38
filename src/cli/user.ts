/** `denomaild user …`: the accounts of the server, which may run meanwhile. */

import type { AccountListing } from "../accounts/mod.ts";
import { columns } from "./columns.ts";
import { withAccounts } from "./open_accounts.ts";
import { readPassword } from "./read_password.ts";
import {
  type Command,
  type CommandGroup,
  sharedOptions,
  UsageError,
} from "./subcommand.ts";

const { config, data, json } = sharedOptions;
const legacy = {
  name: "legacy",
  meaning: "let CRAM-MD5 and APOP work, for which the password itself is kept",
};

const add: Command = {
  name: "add",
  summary: "add an account",
  arguments: ["ADDRESS"],
  options: [config, data, legacy, json],
  asksPassword: true,
  run: async (invocation) => {
    const { args: [address], options, print } = invocation;
    const choice = { legacy: options.legacy === true };
    const listing = await withAccounts(
      invocation,
      async (accounts) =>
        accounts.addUser(address!, await readPassword(), choice),
    );
    print(
      options.json
        ? JSON.stringify(listing)
        : `Account "${listing.address}" was added`,
    );
    return 0;
  },
};

const list: Command = {
  name: "list",
  summary: "list all accounts",
  options: [config, data, json],
  run: async (invocation) => {
    const users = await withAccounts(
      invocation,
      (accounts) => accounts.listUsers(),
    );
    if (invocation.options.json) invocation.print(JSON.stringify(users));
    else {for (const line of columns(users.map(describe))) {
        invocation.print(line);
      }}
    return 0;
  },
};

const remove: Command = {
  name: "remove",
  summary: "remove an account; its mail stays",
  arguments: ["ADDRESS"],
  options: [config, data],
  run: async (invocation) => {
    const address = invocation.args[0]!;
    await withAccounts(invocation, (accounts) => accounts.removeUser(address));
    invocation.print(`Account "${address}" was removed; its mail stays`);
    return 0;
  },
};

const password: Command = {
  name: "password",
  summary: "give an account another password",
  arguments: ["ADDRESS"],
  options: [config, data, legacy, {
    name: "modern",
    meaning: "let CRAM-MD5 and APOP work no longer",
  }],
  asksPassword: true,
  run: async (invocation) => {
    const { args: [address], options, print } = invocation;
    const choice = options.legacy
      ? { legacy: true }
      : options.modern
      ? { legacy: false }
      : {};
    await withAccounts(
      invocation,
      async (accounts) =>
        accounts.setPassword(address!, await readPassword(), choice),
    );
    print(`Account "${address}" has another password`);
    return 0;
  },
};

const disable: Command = {
  name: "disable",
  summary: "let nobody log in to an account; it goes on to receive",
  arguments: ["ADDRESS"],
  options: [config, data, {
    name: "refuse-mail",
    meaning: "refuse mail for it, too",
  }],
  run: async (invocation) => {
    const { args: [address], options, print } = invocation;
    const receives = options["refuse-mail"] ? [false] : [];
    await withAccounts(
      invocation,
      (accounts) => accounts.setEnabled(address!, false, ...receives),
    );
    print(`Account "${address}" is disabled`);
    return 0;
  },
};

const enable: Command = {
  name: "enable",
  summary: "undo disable",
  arguments: ["ADDRESS"],
  options: [config, data],
  run: async (invocation) => {
    const address = invocation.args[0]!;
    await withAccounts(
      invocation,
      (accounts) => accounts.setEnabled(address, true),
    );
    invocation.print(`Account "${address}" is enabled`);
    return 0;
  },
};

const details: Command = {
  name: "details",
  summary: "say what becomes of mail to ADDRESS with +detail",
  arguments: ["ADDRESS", "RULE"],
  options: [config, data],
  details: [
    "RULE is one of",
    "  inbox     such mail goes to INBOX as all other mail",
    "  existing  it goes to the mailbox that the detail names, if there is one",
    "  create    that mailbox is made",
    "  default   what the key details of the configuration says",
  ].join("\n"),
  run: async (invocation) => {
    const [address, word] = invocation.args;
    const { DETAIL_RULES } = await import("../accounts/mod.ts");
    const rule = DETAIL_RULES.find((one) => one === word);
    if (rule === undefined && word !== "default") {
      throw new UsageError(
        `"${word}" is none of ${[...DETAIL_RULES, "default"].join(", ")}`,
      );
    }
    await withAccounts(
      invocation,
      (accounts) => accounts.setDetails(address!, rule),
    );
    invocation.print(`Account "${address}" has the rule "${word}"`);
    return 0;
  },
};

const hash: Command = {
  name: "hash",
  summary: "print what may stand for a password in the configuration",
  asksPassword: true,
  run: async ({ print }) => {
    const { hashPassword } = await import("../accounts/mod.ts");
    print(await hashPassword(await readPassword()));
    return 0;
  },
};

export const user: CommandGroup = {
  name: "user",
  summary:
    "add, list, remove, disable, enable accounts; set and hash passwords",
  actions: [add, list, remove, password, disable, enable, details, hash],
};

function describe(account: AccountListing): string[] {
  return [
    account.address,
    account.enabled
      ? "enabled"
      : account.receives
      ? "disabled, receives"
      : "disabled",
    remarksOn(account),
    account.source,
  ];
}

function remarksOn({ legacy, details }: AccountListing): string {
  return [
    ...(legacy ? ["legacy"] : []),
    ...(details === "inbox" ? [] : [`details ${details}`]),
  ].join(", ");
}
