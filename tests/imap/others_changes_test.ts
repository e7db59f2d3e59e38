/** What POP3 and other programs do to a mailbox that IMAP clients have open. */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { filesDisk } from "../../src/disk/mod.ts";
import { maildirStore, sqliteIndex } from "../../src/store/mod.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import { loginPop3 } from "../harness/line_client.ts";
import { startServer } from "../harness/server.ts";
import type { Peer } from "../harness/stage.ts";

const USER = "alice@example.test";

Deno.test("POP3 sees its snapshot whatever IMAP does; what POP3 removes, IDLE hears as expunges", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-both-" });
  const server = await startServer(`${folder}/data`);
  try {
    const { accounts, ports } = server.ready;
    const { address, password } = accounts[0]!;
    const enter = () => ImapClient.login(ports.imap, address, password);
    const [idler, worker] = [await enter(), await enter()];
    for (const id of ["one", "two", "three"]) {
      await worker.append("INBOX", `Subject: ${id}\r\n\r\n`);
    }
    const pop3 = await loginPop3(ports.pop3, address, password);
    const ask = async (command: string) => {
      await pop3.send(`${command}\r\n`);
      return await pop3.line();
    };
    const list = async () => {
      assert((await ask("UIDL")).startsWith("+OK"));
      return await pop3.dotLines();
    };
    const [stat, uidl] = [await ask("STAT"), await list()];
    assert(stat.startsWith("+OK 3 "), stat);
    await worker.ok("SELECT INBOX");
    await worker.ok("STORE 2 +FLAGS.SILENT (\\Deleted)");
    await worker.ok("EXPUNGE");
    await worker.append("INBOX", "Subject: four\r\n\r\n");
    assertEquals(await ask("STAT"), stat);
    assertEquals(await list(), uidl);
    assert((await ask("RETR 2")).startsWith("-ERR"));
    assert((await ask("RETR 3")).startsWith("+OK"));
    assert((await pop3.dotLines()).includes("Subject: three"));

    await idler.ok("SELECT INBOX");
    await idler.line.send("i IDLE\r\n");
    assertEquals(await idler.response(), "+ idling");
    assert((await ask("DELE 1")).startsWith("+OK"));
    assert((await ask("DELE 3")).startsWith("+OK"));
    assert((await ask("QUIT")).startsWith("+OK"));
    pop3.close();
    assertEquals(await idler.response(), "* 1 EXPUNGE");
    assertEquals(await idler.response(), "* 1 EXPUNGE");
    await idler.line.send("DONE\r\n");
    assertEquals(await idler.response(), "i OK IDLE completed");
    const [left] = await idler.messages();
    assert(left!.octets.startsWith("Subject: four"));
    idler.close();
    worker.close();
    assertEquals(await server.stop(), 0, server.output());
  } finally {
    await server.kill();
    await Deno.remove(folder, { recursive: true });
  }
});

/** A client of a Maildir that lies in files, and the hands of another program. */
async function inFiles(
  run: (world: {
    readonly peer: Peer;
    readonly folder: string;
    /** The seconds pass after which IDLE looks again. */
    readonly look: () => void;
  }) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  const store = maildirStore({
    disk: filesDisk(),
    root,
    index: sqliteIndex(() => {}),
  });
  try {
    const stage = new ImapStage();
    let look = () => {};
    stage.setting = {
      ...stage.setting,
      store,
      later: () => new Promise<void>((resolve) => look = resolve),
    };
    await stage.given(["user", USER, "secret"]);
    const peer = await stage.connect(1);
    await peer.hear();
    await say(peer, `a LOGIN ${USER} secret`);
    const folder = `${root}/example.test/alice`;
    await run({ peer, folder, look: () => look() });
    await peer.end();
  } finally {
    await store.close();
    await Deno.remove(root, { recursive: true });
  }
}

async function say(peer: Peer, text: string): Promise<string[]> {
  await peer.send(latin1Encode(`${text}\r\n`));
  return await rest(peer);
}

async function rest(peer: Peer): Promise<string[]> {
  const lines: string[] = [];
  for (let line; (line = await peer.hear()) !== undefined;) lines.push(line);
  return lines;
}

/** `cp` of a message from elsewhere, once the clock of the file system has gone on. */
async function put(path: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await Deno.writeTextFile(path, "Subject: copied\r\n\r\n");
}

const count = (lines: readonly string[]) =>
  lines.filter((line) => /^\* \d+ (?:EXISTS|EXPUNGE|FETCH)/.test(line));

Deno.test("SELECT, STATUS and NOOP show what cp, mv and rm did to a Maildir", () =>
  inFiles(async ({ peer, folder }) => {
    await put(`${folder}/new/1.copied.test`);
    assert((await say(peer, "b SELECT INBOX")).includes("* 1 EXISTS"));
    await put(`${folder}/cur/2.copied.test:2,S`);
    assertEquals(count(await say(peer, "c NOOP")), ["* 2 EXISTS"]);
    const unseen = (await say(peer, "d STATUS INBOX (MESSAGES UNSEEN)"))[0];
    assertEquals(unseen, '* STATUS "INBOX" (MESSAGES 2 UNSEEN 1)');
    const [name] = [...Deno.readDirSync(`${folder}/cur`)]
      .map((entry) => entry.name).filter((one) => one.endsWith(":2,S"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Deno.rename(
      `${folder}/cur/${name}`,
      `${folder}/cur/${name!.replace(/S$/, "FS")}`,
    );
    assertEquals(count(await say(peer, "e NOOP")), [
      "* 2 FETCH (FLAGS (\\Flagged \\Seen \\Recent))",
    ]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Deno.remove(`${folder}/cur/${name!.replace(/S$/, "FS")}`);
    assertEquals(count(await say(peer, "f NOOP")), ["* 2 EXPUNGE"]);
  }));

Deno.test("IDLE looks now and then, and tells what cp and rm did to a Maildir", () =>
  inFiles(async ({ peer, folder, look }) => {
    await say(peer, "b SELECT INBOX");
    assertEquals(await say(peer, "c IDLE"), ["+ idling"]);
    await put(`${folder}/new/1.copied.test`);
    assertEquals(await rest(peer), []);
    look();
    assertEquals(count(await heard(peer)), ["* 1 EXISTS"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const place of ["new", "cur"]) {
      for (const { name } of Deno.readDirSync(`${folder}/${place}`)) {
        await Deno.remove(`${folder}/${place}/${name}`);
      }
    }
    look();
    assertEquals(count(await heard(peer)), ["* 1 EXPUNGE"]);
    assertEquals(await say(peer, "DONE"), ["c OK IDLE completed"]);
  }));

/** What comes by itself: it may take some turns, for files are read. */
async function heard(peer: Peer): Promise<string[]> {
  for (let tries = 0; tries < 500; tries++) {
    const lines = await rest(peer);
    if (lines.length > 0) return lines;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return [];
}
