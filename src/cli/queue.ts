/** `denomaild queue …`: what waits for its delivery, and what is done with it. */

import type { WaitingMessage } from "../deliver/mod.ts";
import type { ActionItem } from "../operations.ts";
import { progressBar } from "./progress_bar.ts";
import { destinationLine, waitingLines } from "./queue_text.ts";
import {
  type Command,
  CommandFailed,
  type CommandGroup,
  type Invocation,
  type Option,
  optionValue,
  sharedOptions,
  UsageError,
} from "./subcommand.ts";
import { callOperation } from "./with_operations.ts";

const sender: Option = {
  name: "sender",
  value: "ADDRESS",
  meaning: 'messages from this address; "<>" is the null one',
};
const recipient: Option = {
  name: "recipient",
  value: "ADDRESS",
  meaning: "what goes to this address",
};
const domain: Option = {
  name: "domain",
  value: "DOMAIN",
  meaning: "what goes to this domain",
};
const all: Option = { name: "all", meaning: "everything that waits" };

const { config, data, json } = sharedOptions;
const where = [config, data, json];

const list: Command = {
  name: "list",
  summary: "list what waits, oldest first",
  options: [sender, recipient, domain, ...where],
  run: async (invocation) => {
    for await (const item of waiting(invocation, filterOf(invocation))) {
      if (invocation.options.json) invocation.print(JSON.stringify(item));
      else for (const line of waitingLines(item)) invocation.print(line);
    }
    return 0;
  },
  details: "With --json one JSON value a line.",
};

const show: Command = {
  name: "show",
  summary: "show all that the queue knows of a message",
  arguments: ["ID"],
  options: where,
  run: async (invocation) => {
    const id = invocation.args[0]!;
    let found = false;
    for await (const item of waiting(invocation, { id })) {
      found = true;
      if (invocation.options.json) invocation.print(JSON.stringify(item));
      else for (const line of shownLines(item)) invocation.print(line);
    }
    if (!found) throw new CommandFailed(`Nothing in the queue is "${id}"`);
    return 0;
  },
};

const retry = action("retry", "try again now", "to be tried again now");
const hold = action("hold", "stop until released", "stopped");
const release = action("release", "let go on what was stopped", "let go on");
const remove = action(
  "delete",
  "remove without a report to anybody",
  "removed",
);

const flush: Command = {
  name: "flush",
  summary: "try everything at once, whatever is known of its servers",
  options: where,
  run: (invocation) => act(invocation, "flush", {}, "to be tried now"),
};

export const queue: CommandGroup = {
  name: "queue",
  summary: "list, show, retry, hold, release, delete, flush what waits",
  actions: [list, show, retry, hold, release, remove, flush],
};

function action(name: string, summary: string, said: string): Command {
  return {
    name,
    summary,
    arguments: ["[ID]"],
    options: [sender, recipient, domain, all, ...where],
    details: "Of several options all must fit.",
    run: (invocation) => {
      const [id] = invocation.args;
      const filter = {
        ...filterOf(invocation),
        ...(id === undefined ? {} : { id }),
      };
      if (Object.keys(filter).length === 0 && !invocation.options.all) {
        throw new UsageError(
          `Which messages? Give an ID, --sender, --recipient, --domain, or --all`,
        );
      }
      return act(invocation, name, filter, said);
    },
  };
}

async function act(
  invocation: Invocation,
  name: string,
  filter: Filter,
  said: string,
): Promise<number> {
  const bar = progressBar();
  let changed = 0;
  const items = callOperation(invocation, `queue.${name}`, filter);
  for await (const item of items as AsyncIterable<ActionItem>) {
    if ("changed" in item) changed = item.changed;
    else bar.show(item.done, item.total);
  }
  bar.clear();
  invocation.print(
    invocation.options.json
      ? JSON.stringify({ messages: changed })
      : `${changed} ${changed === 1 ? "message" : "messages"} ${said}`,
  );
  return 0;
}

type Filter = Readonly<Record<string, string>>;

function filterOf(invocation: Invocation): Filter {
  const filter: Record<string, string> = {};
  for (const { name } of [sender, recipient, domain]) {
    const value = optionValue(invocation, name);
    if (value !== undefined) filter[name] = value === "<>" ? "" : value;
  }
  return filter;
}

function waiting(
  invocation: Invocation,
  filter: Filter,
): AsyncIterable<WaitingMessage> {
  return callOperation(
    invocation,
    "queue.list",
    filter,
  ) as AsyncIterable<WaitingMessage>;
}

function shownLines(message: WaitingMessage): string[] {
  const { envelope } = message;
  const more = [
    ["submitted by", envelope.submitter],
    ["priority", envelope.priority],
    ["not before", envelope.notBefore && timeText(envelope.notBefore)],
    ["deliver by", envelope.deliverBy && timeText(envelope.deliverBy.at)],
    ["requires TLS", envelope.requireTls],
    ["envelope id", envelope.envid],
  ];
  return [
    ...waitingLines(message).slice(0, 1),
    ...more.filter(([, value]) => value !== undefined)
      .map(([name, value]) => `  ${name}: ${value}`),
    ...message.destinations.map(destinationLine),
  ];
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
