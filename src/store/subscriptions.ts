/**
 * The mailboxes that an account is subscribed to, in `subscriptions` as Dovecot keeps
 * it: "V\t2", an empty line, and a name a line with tabs between its levels. Its older
 * form without the head, with dots between the levels, is read, too.
 *
 * @module
 */

import { modifiedUtf7Decode, modifiedUtf7Encode } from "../bytes/mod.ts";
import { mailboxOfFolder, normalMailboxName } from "./mailbox_name.ts";
import { readSmallFile, replaceFile } from "./replace_file.ts";
import { InvalidMailboxName } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

const FILE = "subscriptions";
const HEAD = "V\t2\n\n";

/** Names, in no order. @throws {DiskError} */
export async function readSubscriptions(
  surroundings: Surroundings,
  path: string,
): Promise<Set<string>> {
  const text = await readSmallFile(surroundings, `${path}/${FILE}`) ?? "";
  const isNew = text.startsWith(HEAD);
  const lines = (isNew ? text.slice(HEAD.length) : text).split("\n");
  const names = new Set<string>();
  for (const line of lines) {
    const name = isNew ? nameOfLine(line) : nameOfOldLine(line);
    if (name !== undefined) names.add(name);
  }
  return names;
}

function nameOfLine(line: string): string | undefined {
  const levels = line.split("\t").map((level) => modifiedUtf7Decode(level));
  return levels.includes(undefined) ? undefined : normal(levels.join("/"));
}

function nameOfOldLine(line: string): string | undefined {
  const name = line === "INBOX" ? line : mailboxOfFolder(`.${line}`);
  return name === undefined ? undefined : normal(name);
}

function normal(name: string): string | undefined {
  try {
    return normalMailboxName(name);
  } catch (error) {
    if (error instanceof InvalidMailboxName) return undefined;
    throw error;
  }
}

/** Durable when it resolves. @throws {DiskError} */
export async function writeSubscriptions(
  surroundings: Surroundings,
  path: string,
  names: ReadonlySet<string>,
): Promise<void> {
  const lines = [...names].sort().map((name) =>
    `${name.split("/").map(modifiedUtf7Encode).join("\t")}\n`
  );
  const text = HEAD + lines.join("");
  await replaceFile(surroundings, path, FILE, text, "store.subscriptions");
}
