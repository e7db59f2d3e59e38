/** mbsync keeps a Maildir and an account the same, both ways. */

import { assertEquals, assertMatch } from "@std/assert";
import { type Scene, withServer } from "./maildrop.ts";
import { mustRun } from "./programs.ts";
import {
  fileOf,
  inMaildir,
  logIn,
  makeMaildir,
  numbered,
  onServer,
  putIn,
} from "./synced.ts";

/** Messages at first, half of them on each side. */
const COUNT = 2000;

/** Runs mbsync over all mailboxes. */
async function mbsync(scene: Scene, tls: "IMAPS" | "STARTTLS") {
  const { folder, alice, ready: { ports, ca } } = scene;
  const file = `${folder}/mbsyncrc`;
  await Deno.writeTextFile(
    file,
    `IMAPAccount alice
Host localhost
Port ${tls === "IMAPS" ? ports.imaps : ports.imap}
User ${alice.address}
Pass ${alice.password}
SSLType ${tls}
CertificateFile ${ca}

IMAPStore far
Account alice

MaildirStore near
Path ${folder}/near/
Inbox ${folder}/near/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
`,
    { mode: 0o600 },
  );
  const args = ["--config", file, "all"];
  await mustRun("mbsync", args, { env: { HOME: folder } });
}

Deno.test("mbsync: two-way, 2,000 messages, changes on both sides", async (t) => {
  await withServer(t, async (scene, step) => {
    const near = `${scene.folder}/near`;
    for (const name of ["INBOX", "Archive", "Größe"]) {
      // Verbatim: as the server names them in IMAP4rev1.
      await makeMaildir(`${near}/${name.replace("öß", "&APYA3w-")}`);
    }
    const client = await logIn(scene);
    const same = async () => {
      for (const name of ["INBOX", "Archive", '"Gr&APYA3w-e"', "Sent"]) {
        const far = await onServer(client, name);
        const here = await inMaildir(`${near}/${name.replaceAll('"', "")}`);
        assertEquals([...far.keys()].sort(), [...here.keys()].sort(), name);
        for (const [subject, what] of far) {
          assertEquals(here.get(subject), what, subject);
        }
      }
    };

    /** HIGHESTMODSEQ moves with whatever is done to a mailbox. */
    const standing = async () => {
      const answers: string[] = [];
      for (const name of ["INBOX", "Archive", "Sent"]) {
        const { text } = await client.ok(`STATUS ${name} (HIGHESTMODSEQ)`);
        answers.push(text.split("\r\n")[0]!);
      }
      return answers;
    };

    await step(`${COUNT} messages, half of them here, half there`, async () => {
      for (let i = 0; i < COUNT / 2; i++) {
        await putIn(`${near}/INBOX`, `near${i}`, i % 3 === 0 ? "FS" : "");
        const flags = i % 3 === 0 ? "\\Answered" : "";
        await client.append("INBOX", numbered(`far${i}`), flags);
      }
      await putIn(`${near}/Gr&APYA3w-e`, "umlaut", "S");
      await mbsync(scene, "IMAPS");
      assertEquals((await onServer(client, "INBOX")).size, COUNT);
      await same();
    });

    await step("changes on both sides", async () => {
      await client.ok("SELECT INBOX");
      const uids = async (what: string) => {
        const { text } = await client.ok(`UID SEARCH SUBJECT ${what}`);
        return text.split("\r\n")[0]!.split(" ")[2]!;
      };
      await client.ok(`UID STORE ${await uids("near5")} +FLAGS (\\Flagged)`);
      await client.ok(`UID STORE ${await uids("near0")} -FLAGS (\\Seen)`);
      await client.ok(`UID STORE ${await uids("far7")} +FLAGS (\\Deleted)`);
      await client.ok("EXPUNGE");
      await client.ok(`UID MOVE ${await uids("far9")} Archive`);
      await client.append("INBOX", numbered("new-far"));
      const inbox = `${near}/INBOX`;
      const flagged = await fileOf(inbox, "far11");
      await Deno.rename(flagged, flagged.replace(/:2,.*$/, ":2,FS"));
      await Deno.remove(await fileOf(inbox, "near13"));
      const moved = await fileOf(inbox, "near15");
      const to = `${near}/Archive/cur/1767999999.moved.here:2,S`;
      await Deno.rename(moved, to);
      await putIn(inbox, "new-near");
      await mbsync(scene, "STARTTLS");
      await same();
      const archived = await onServer(client, "Archive");
      assertEquals([...archived.keys()].includes("near15"), true);
      const far = await onServer(client, "INBOX");
      assertEquals(
        ["new-far", "new-near"].filter((it) => far.has(it)).length,
        2,
      );
      assertEquals(["near13", "far7", "far9"].filter((it) => far.has(it)), []);
      assertMatch(far.get("far11")!, /^FS\n/);
    });

    await step("then there is nothing to do", async () => {
      const before = [await standing(), await inMaildir(`${near}/INBOX`)];
      await mbsync(scene, "IMAPS");
      assertEquals(
        [await standing(), await inMaildir(`${near}/INBOX`)],
        before,
      );
      await same();
    });
    client.close();
  });
});
