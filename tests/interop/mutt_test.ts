/** mutt in a terminal: somebody reads, flags, saves and sends. */

import { assertEquals, assertMatch } from "@std/assert";
import { deliver, type Scene, takeMessages, withServer } from "./maildrop.ts";
import { logIn, numbered, onServer } from "./synced.ts";
import { Terminal } from "./terminal.ts";

const SUBJECTS = ["erste", "zweite", "dritte"];

/**
 * Over SMTP GNU SASL takes the -PLUS mechanisms first, and wants tls-exporter (RFC 9266)
 * for them, which Deno does not have; mutt does not try another one. They are hidden.
 */
const HIDDEN = { TLS: { channel_binding: false } };

async function openMutt(scene: Scene, scheme: "imap" | "imaps") {
  const { folder, alice, ready: { ports, ca } } = scene;
  const editor = `${folder}/editor.sh`;
  const text = `#!/bin/sh\necho "Grüße aus dem Terminal" >> "$1"\n`;
  await Deno.writeTextFile(editor, text, { mode: 0o700 });
  await Deno.writeTextFile(
    `${folder}/muttrc`,
    `set folder = "${scheme}://localhost:${ports[scheme]}/"
set spoolfile = "+INBOX"
set record = "+Sent"
set imap_user = "${alice.address}"
set imap_pass = "${alice.password}"
set charset = utf-8
set smtp_url = "smtps://${
      alice.address.replace("@", "%40")
    }@localhost:${ports.submissions}/"
set smtp_pass = "${alice.password}"
set from = "${alice.address}"
set ssl_starttls = yes
set ssl_force_tls = yes
set certificate_file = "${ca}"
set header_cache = "${folder}/cache"
set imap_idle = yes
set mail_check = 1
set timeout = 1
set send_charset = utf-8
set imap_condstore = yes
set imap_qresync = yes
set editor = "${editor}"
set delete = yes
set move = no
set confirmappend = no
set wait_key = no
set sort = date-received
`,
  );
  const env = { HOME: folder, LC_ALL: "C.UTF-8" };
  return await Terminal.open(folder, `mutt -F ${folder}/muttrc`, env);
}

for (const scheme of ["imap", "imaps"] as const) {
  Deno.test(`mutt, ${scheme}: reads, flags, saves, sends`, async (t) => {
    await withServer(t, async (scene, step) => {
      await deliver(scene, scene.alice, SUBJECTS.map(numbered));
      const client = await logIn(scene);
      const mutt = await openMutt(scene, scheme);
      try {
        await step("it lists what is there", async () => {
          const screen = await mutt.shows(/dritte/);
          for (const subject of SUBJECTS) assertMatch(screen, RegExp(subject));
        });

        await step("it reads the first message", async () => {
          await mutt.keys("1", "Enter", "Enter");
          await mutt.shows(/(?:erste\n.*){10}/);
          await mutt.keys("i");
          await mutt.shows(/dritte/);
        });

        await step("it flags the second, and saves the third", async () => {
          await mutt.keys("2", "Enter", "F", "3", "Enter", "s");
          await mutt.shows(/Save to mailbox/);
          await mutt.keys("C-u", "=Archive", "Enter");
          await mutt.shows(/D.*dritte/);
          await mutt.keys("$");
          await mutt.shows(/Msgs:2 /);
          const inbox = await onServer(client, "INBOX");
          assertEquals([...inbox.keys()].sort(), ["erste", "zweite"]);
          assertMatch(inbox.get("erste")!, /^S\n/);
          assertMatch(inbox.get("zweite")!, /^F\n/);
          const archived = await onServer(client, "Archive");
          assertMatch(archived.get("dritte")!, /(?:dritte\n){20}$/);
        });

        await step("it hears of what comes meanwhile", async () => {
          await deliver(scene, scene.alice, [numbered("vierte")]);
          await mutt.shows(/vierte/);
        });

        await step("it sends, and keeps a copy in Sent", async () => {
          await mutt.keys("m");
          await mutt.shows(/To:/);
          await mutt.keys(scene.bob.address, "Enter");
          await mutt.shows(/Subject:/);
          await mutt.keys("from-mutt", "Enter");
          await mutt.shows(/y:Send/);
          await mutt.keys("y");
          await mutt.shows(/Mail sent/);
          const [delivered] = await takeMessages(scene, scene.bob);
          assertMatch(delivered!, /Subject: from-mutt\r\n/);
          const sent = (await onServer(client, "Sent")).get("from-mutt");
          assertMatch(sent!, /^S\n[^]*Gr\xc3\xbc\xc3\x9fe aus dem Terminal/);
        });

        client.close();
      } finally {
        await mutt.close().catch(() => {});
      }
    }, HIDDEN);
  });
}
