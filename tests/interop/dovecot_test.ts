/** A Maildir goes from Dovecot to us and back: messages, flags, keywords, UIDs, names. */

import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import {
  type Dovecot,
  DOVECOT_PASSWORD,
  startDovecot,
} from "../../bench/dovecot.ts";
import { RawImapClient } from "../harness/raw_imap_client.ts";
import { startServer } from "../harness/server.ts";
import { SAMPLES, SIMPLE, UNFINISHED } from "./messages.ts";

/** nobody, who owns Dovecot's mail. */
const NOBODY = 65534;
const LOCAL = "alice@example.test";
const FOLDER = '"Lists/Gr&APYA3w-e"';
const MAILBOXES = ["INBOX", FOLDER];

/** All that is known of one message. */
interface Held {
  readonly uid: number;
  readonly flags: string;
  readonly date: string;
  readonly size: number;
  /** Of its octets: nobody wants to see how five megabytes differ. */
  readonly digest: string;
}

interface Contents {
  readonly uidValidity: string;
  readonly uidNext: string;
  readonly messages: readonly Held[];
}

async function contents(
  client: RawImapClient,
  mailbox: string,
): Promise<Contents> {
  const { text: opened } = await client.ok(`EXAMINE ${mailbox}`);
  const items = "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])";
  const { text } = await client.ok(`UID FETCH 1:* ${items}`);
  const messages: Held[] = [];
  const head =
    /\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\) INTERNALDATE "([^"]*)" RFC822\.SIZE (\d+) BODY\[\] \{(\d+)\}\r\n/g;
  for (let match; (match = head.exec(text));) {
    const [, uid, flags, date, size, octets] = match as unknown as string[];
    const end = head.lastIndex + Number(octets);
    messages.push({
      ...{ uid: Number(uid), size: Number(size) },
      date: date!.replace(/^ /, "0"),
      flags: flags!.split(" ").filter((flag) => flag !== "\\Recent").sort()
        .join(" "),
      digest: digestOf(text.slice(head.lastIndex, end)),
    });
    head.lastIndex = end;
  }
  return {
    uidValidity: /UIDVALIDITY (\d+)/.exec(opened)![1]!,
    uidNext: /UIDNEXT (\d+)/.exec(opened)![1]!,
    messages,
  };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}

/** The same day at every server: two mailboxes, dates, flags, keywords, a gap in the UIDs. */
async function fill(client: RawImapClient): Promise<void> {
  await client.ok(`CREATE ${FOLDER}`);
  for (const mailbox of MAILBOXES) {
    for (const [i, { text }] of [...SAMPLES, UNFINISHED].entries()) {
      const flags =
        ["", "\\Seen", "\\Flagged $Label1", "\\Answered Work"][i % 4];
      const date = `"0${i % 9 + 1}-Feb-2020 04:05:06 +0000"`;
      await client.ok(
        `APPEND ${mailbox} (${flags}) ${date} {${text.length}+}\r\n${text}`,
      );
    }
    await client.ok(`SELECT ${mailbox}`);
    await client.ok("STORE 2 +FLAGS.SILENT (\\Deleted)");
    await client.ok("EXPUNGE");
  }
  await client.ok("LOGOUT").catch(() => {});
  client.close();
}

async function contentsOf(client: RawImapClient): Promise<Contents[]> {
  const all: Contents[] = [];
  for (const mailbox of MAILBOXES) all.push(await contents(client, mailbox));
  client.close();
  return all;
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (isDirectory) await copyTree(source, target);
    else {
      await Deno.copyFile(source, target);
      const { mtime } = await Deno.stat(source);
      await Deno.utime(target, mtime!, mtime!);
    }
  }
}

/** Gives a folder with all that is in it to nobody. */
async function giveAway(path: string): Promise<void> {
  await Deno.chown(path, NOBODY, NOBODY);
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory) await giveAway(`${path}/${name}`);
    else await Deno.chown(`${path}/${name}`, NOBODY, NOBODY);
  }
}

async function withDovecot<T>(
  folder: string,
  run: (client: RawImapClient, dovecot: Dovecot) => Promise<T>,
): Promise<T> {
  await Deno.mkdir(`${folder}/mail`, { recursive: true });
  await giveAway(`${folder}/mail`);
  const dovecot = await startDovecot(folder, `${folder}/mail`);
  try {
    const client = await RawImapClient.connect(dovecot.ports.imap);
    await client.login(LOCAL, DOVECOT_PASSWORD);
    return await run(client, dovecot);
  } finally {
    await dovecot.stop();
  }
}

async function withOurs<T>(
  data: string,
  run: (client: RawImapClient) => Promise<T>,
): Promise<T> {
  const server = await startServer(data);
  try {
    const { ports, accounts, ca } = server.ready;
    const { address, password } = accounts[0]!;
    const client = await RawImapClient.connectTls(
      ports.imaps,
      await Deno.readTextFile(ca),
    );
    await client.login(address, password);
    const result = await run(client);
    assertEquals(await server.stop(), 0, server.output());
    return result;
  } finally {
    await server.kill();
  }
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-interop-" });
  // Dovecot reads as another user.
  await Deno.chmod(folder, 0o755);
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where our server keeps alice's mail. */
const OURS = "mail/example.test/alice";

Deno.test("a Maildir of Dovecot's, opened by us, is the same to clients: UIDs, dates, flags, octets", async () => {
  await inFolder(async (folder) => {
    const theirs = await withDovecot(
      `${folder}/dovecot`,
      async (client, { ports }) => {
        await fill(client);
        const again = await RawImapClient.connect(ports.imap);
        await again.login(LOCAL, DOVECOT_PASSWORD);
        return await contentsOf(again);
      },
    );
    assertEquals(theirs.map(({ messages }) => messages.length), [9, 9]);
    await copyTree(`${folder}/dovecot/mail`, `${folder}/data/${OURS}`);
    assertEquals(await withOurs(`${folder}/data`, contentsOf), theirs);
    // And again without the index, which is a cache.
    await Deno.remove(`${folder}/data/${OURS}/index.db`);
    const rebuilt = await withOurs(`${folder}/data`, contentsOf);
    for (const [i, { uidValidity, messages }] of theirs.entries()) {
      assertEquals(rebuilt[i]!.uidValidity, uidValidity);
      assertEquals(rebuilt[i]!.messages, messages);
    }
  });
});

Deno.test("our Maildir, opened by Dovecot and changed there, comes back with what it did", async () => {
  await inFolder(async (folder) => {
    await withOurs(`${folder}/data`, fill);
    const ours = await withOurs(`${folder}/data`, contentsOf);
    await copyTree(`${folder}/data/${OURS}`, `${folder}/dovecot/mail`);
    // UIDs are not in the format; the order of what came in one second is not, either.
    const told = (all: readonly Contents[]) =>
      all.map(({ messages }) =>
        messages.map((held) => [held.digest, held.flags, held.size]).sort()
      );
    await withDovecot(`${folder}/dovecot`, async (client, { ports }) => {
      assertEquals(told(await contentsOf(client)), told(ours));
      const other = await RawImapClient.connect(ports.imap);
      await other.login(LOCAL, DOVECOT_PASSWORD);
      await other.ok("SELECT INBOX");
      const numberOf = async (subject: string) =>
        (await other.ok(`SEARCH SUBJECT ${subject}`)).text.split(/[ \r]/)[2];
      const [simple, gone] = [
        await numberOf("simple"),
        await numberOf("eight-bit"),
      ];
      await other.ok(`STORE ${simple} FLAGS (\\Answered Work NewWord)`);
      await other.ok(`STORE ${gone} +FLAGS (\\Deleted)`);
      await other.ok("EXPUNGE");
      await other.append("INBOX", SIMPLE.text, "\\Draft");
      other.close();
    });
    await Deno.remove(`${folder}/data/${OURS}`, { recursive: true });
    await copyTree(`${folder}/dovecot/mail`, `${folder}/data/${OURS}`);
    const [inbox, other] = await withOurs(`${folder}/data`, contentsOf);
    assertEquals(other, ours[1]);
    assertEquals(inbox!.uidValidity, ours[0]!.uidValidity);
    const kept = ours[0]!.messages.filter((_, i) => i !== 2);
    assertEquals(inbox!.messages.slice(0, -1), [
      { ...kept[0]!, flags: "NewWord Work \\Answered" },
      ...kept.slice(1),
    ]);
    const { uid, flags, digest } = inbox!.messages.at(-1)!;
    assertEquals([flags, digest], ["\\Draft", digestOf(SIMPLE.text)]);
    assertEquals(uid > kept.at(-1)!.uid, true);
  });
});
