import { assertEquals, assertMatch } from "@std/assert";
import { filesDisk } from "../../src/disk/mod.ts";
import { maildirStore, sqliteIndex } from "../../src/store/mod.ts";
import { Site } from "./site.ts";

const ALICE = "alice@example.org";

/** A site where alice has `count` messages of 9 octets. */
async function siteWithMail(count: number): Promise<Site> {
  const site = await Site.make(`{"Accounts": {"${ALICE}": "x"}}`);
  const store = maildirStore({
    disk: filesDisk(),
    root: `${site.folder}/data/mail`,
    index: sqliteIndex(),
  });
  await Deno.mkdir(`${site.folder}/data`);
  const user = await store.open(ALICE);
  const inbox = await user.create("INBOX");
  for (let i = 0; i < count; i++) {
    await inbox.append([new TextEncoder().encode("A: b\r\n\r\nc")]);
  }
  await store.close();
  return site;
}

Deno.test("mailbox list tells what lies in each mailbox", async () => {
  await using site = await siteWithMail(2);
  assertEquals(await site.run(`mailbox list ${ALICE.toUpperCase()}`), {
    code: 0,
    out: "INBOX  2 messages  2 unseen  18 octets\n",
    err: "",
  });
  assertEquals(
    JSON.parse((await site.run(`mailbox list ${ALICE} --json`)).out),
    [{ name: "INBOX", messages: 2, octets: 18, unseen: 2 }],
  );
});

Deno.test("mailbox verify finds nothing in a healthy mailbox, and sets a wrong size right", async () => {
  await using site = await siteWithMail(2);
  assertEquals(await site.run(`mailbox verify ${ALICE}`), {
    code: 0,
    out: "INBOX: 2 messages, 18 octets\n",
    err: "",
  });
  const [file] = await messageFiles(site);
  await Deno.writeTextFile(file!, "more", { append: true });
  const { code, out } = await site.run(`mailbox verify ${ALICE}`);
  assertEquals(code, 1);
  assertMatch(
    out,
    /^INBOX: 2 messages, 22 octets[^\n]*\n {2}(?:cur|new)\/[^\n]*: wrong size\n$/,
  );
  const again = await site.run(`mailbox verify ${ALICE} --json`);
  assertEquals(again.code, 0);
  assertEquals(JSON.parse(again.out)[0].octets, 22);
});

Deno.test("mailbox rebuild makes a lost index anew", async () => {
  await using site = await siteWithMail(3);
  await Deno.remove(`${site.folder}/data/mail/example.org/alice/index.db`);
  assertEquals(await site.run(`mailbox rebuild ${ALICE}`), {
    code: 0,
    out: `The index of "${ALICE}" has 3 messages\n`,
    err: "",
  });
});

Deno.test("an account that is not there has no mailboxes, and none are made", async () => {
  await using site = await siteWithMail(0);
  assertEquals(await site.run("mailbox list bob@example.org"), {
    code: 1,
    out: "",
    err: 'denomaild: There is no account "bob@example.org"\n',
  });
});

/** The files of alice's messages, seen by a client or not. */
async function messageFiles(site: Site): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of ["cur", "new"]) {
    const path = `${site.folder}/data/mail/example.org/alice/${folder}`;
    for await (const { name } of Deno.readDir(path)) {
      paths.push(`${path}/${name}`);
    }
  }
  return paths.sort();
}

Deno.test("mailbox rebuild finds out about all messages; mailbox search off forgets their words, on lets them come back", async () => {
  await using site = await siteWithMail(3);
  const texts = `${site.folder}/data/mail/example.org/alice/text.db`;
  const isThere = () => Deno.stat(texts).then(() => true, () => false);
  assertEquals(await isThere(), false);
  await site.run(`mailbox rebuild ${ALICE}`);
  assertEquals(await isThere(), true);
  assertEquals(await site.run(`mailbox search ${ALICE} off`), {
    code: 0,
    out: `The text index of "${ALICE}" is off\n`,
    err: "",
  });
  assertEquals(await isThere(), false);
  await site.run(`mailbox rebuild ${ALICE}`);
  assertEquals(await isThere(), false);
  await site.run(`mailbox search ${ALICE} on`);
  await site.run(`mailbox rebuild ${ALICE}`);
  assertEquals(await isThere(), true);
  assertEquals((await site.run(`mailbox search ${ALICE} maybe`)).code, 2);
});
