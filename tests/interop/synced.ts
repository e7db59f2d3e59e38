/** What a server and a folder of Maildirs hold, to compare them after a synchronisation. */

import { RawImapClient } from "../harness/raw_imap_client.ts";
import { byteString, latin1, type Scene } from "./maildrop.ts";
import { withLf } from "./messages.ts";

/** A message by its subject: its octets with LF, and its flags as Maildir's letters. */
export type Contents = ReadonlyMap<string, string>;

const LETTERS: Readonly<Record<string, string>> = {
  "\\Answered": "R",
  "\\Deleted": "T",
  "\\Draft": "D",
  "\\Flagged": "F",
  "\\Seen": "S",
};

/** A connection that has logged in as alice. */
export async function logIn({ alice, ready }: Scene): Promise<RawImapClient> {
  const ca = await Deno.readTextFile(ready.ca);
  const client = await RawImapClient.connectTls(ready.ports.imaps, ca);
  await client.login(alice.address, alice.password);
  return client;
}

/** A message of some lines that names itself. */
export function numbered(name: string): string {
  return `Subject: ${name}\r\nFrom: a@example.org\r\nMessage-ID: <${name}@x>\r\n` +
    `Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n\r\n${`${name}\r\n`.repeat(20)}`;
}

/** All messages of a mailbox of the server. */
export async function onServer(
  client: RawImapClient,
  mailbox: string,
): Promise<Contents> {
  const { text: opened } = await client.ok(`EXAMINE ${mailbox}`);
  if (opened.includes("* 0 EXISTS")) return new Map();
  const { text } = await client.ok("FETCH 1:* (FLAGS BODY.PEEK[])");
  const found = new Map<string, string>();
  const head = /^\* \d+ FETCH \(FLAGS \(([^)]*)\) BODY\[\] \{(\d+)\}\r\n/gm;
  for (let match; (match = head.exec(text));) {
    const end = head.lastIndex + Number(match[2]);
    const letters = match[1]!.split(" ").map((flag) => LETTERS[flag] ?? "");
    put(found, text.slice(head.lastIndex, end), letters.sort().join(""));
    head.lastIndex = end;
  }
  return found;
}

/** All messages of a Maildir. */
export async function inMaildir(folder: string): Promise<Contents> {
  const found = new Map<string, string>();
  for (const part of ["new", "cur"]) {
    for await (const { name } of Deno.readDir(`${folder}/${part}`)) {
      const text = byteString(await Deno.readFile(`${folder}/${part}/${name}`));
      put(found, text, name.split(":2,")[1] ?? "");
    }
  }
  return found;
}

function put(found: Map<string, string>, text: string, letters: string): void {
  // What mbsync and offlineimap mark what they have uploaded with.
  const plain = withLf(text).replace(/^X-(?:TUID|OfflineIMAP): .*\n/m, "");
  const subject = /^Subject: (.*)$/m.exec(plain)![1]!;
  if (found.has(subject)) throw new Error(`"${subject}" is there twice`);
  found.set(subject, `${letters}\n${plain}`);
}

export async function makeMaildir(folder: string): Promise<void> {
  for (const part of ["cur", "new", "tmp"]) {
    await Deno.mkdir(`${folder}/${part}`, { recursive: true });
  }
}

let made = 0;

/** Puts a message into a Maildir as a mail program would. */
export async function putIn(
  folder: string,
  name: string,
  letters?: string,
): Promise<void> {
  const base = `${1_767_000_000 + made++}.${name}.here`;
  const path = letters === undefined
    ? `new/${base}`
    : `cur/${base}:2,${letters}`;
  await Deno.writeFile(`${folder}/${path}`, latin1(withLf(numbered(name))));
}

/** The path of the file of a message that {@linkcode putIn} or a client wrote. */
export async function fileOf(folder: string, name: string): Promise<string> {
  for (const part of ["new", "cur"]) {
    for await (const file of Deno.readDir(`${folder}/${part}`)) {
      const path = `${folder}/${part}/${file.name}`;
      const text = await Deno.readTextFile(path);
      if (text.includes(`Subject: ${name}\n`)) return path;
    }
  }
  throw new Error(`There is no "${name}" in "${folder}"`);
}
