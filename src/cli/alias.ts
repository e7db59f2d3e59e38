/** `denomaild alias …`: addresses whose mail goes to others. */

import { columns } from "./columns.ts";
import { withAccounts } from "./open_accounts.ts";
import {
  type Command,
  type CommandGroup,
  sharedOptions,
} from "./subcommand.ts";

const { config, data, json } = sharedOptions;

const add: Command = {
  name: "add",
  summary: "send mail for ADDRESS to TARGET",
  arguments: ["ADDRESS", "TARGET…"],
  options: [config, data, json],
  details:
    'ADDRESS may be "@example.org" for all unknown addresses of a domain.\n' +
    "To keep a copy in an account of that address, name it among the targets.",
  run: async (invocation) => {
    const [address, ...targets] = invocation.args;
    const alias = await withAccounts(
      invocation,
      (accounts) => accounts.addAlias(address!, targets),
    );
    invocation.print(
      invocation.options.json
        ? JSON.stringify(alias)
        : `Mail for "${alias.address}" goes to ${alias.targets.join(", ")}`,
    );
    return 0;
  },
};

const list: Command = {
  name: "list",
  summary: "list all aliases",
  options: [config, data, json],
  run: async (invocation) => {
    const aliases = await withAccounts(
      invocation,
      (accounts) => accounts.listAliases(),
    );
    const rows = aliases.map(({ address, targets, source }) => [
      address,
      targets.join(", "),
      source,
    ]);
    if (invocation.options.json) invocation.print(JSON.stringify(aliases));
    else for (const line of columns(rows)) invocation.print(line);
    return 0;
  },
};

const remove: Command = {
  name: "remove",
  summary: "remove an alias, or one TARGET of it",
  arguments: ["ADDRESS", "[TARGET]"],
  options: [config, data],
  run: async (invocation) => {
    const [address, target] = invocation.args;
    await withAccounts(
      invocation,
      (accounts) => accounts.removeAlias(address!, target),
    );
    invocation.print(
      target === undefined
        ? `Alias "${address}" was removed`
        : `Mail for "${address}" goes to "${target}" no longer`,
    );
    return 0;
  },
};

export const alias: CommandGroup = {
  name: "alias",
  summary: "add, list, remove addresses that mean others",
  actions: [add, list, remove],
};
