/** What of a large message is read, and how often. */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { Findings } from "../../src/imap/findings.ts";
import { StoredMessage } from "../../src/imap/stored_message.ts";
import { Texts } from "../../src/imap/texts.ts";
import { memoryStore } from "../../src/store/mod.ts";
import { fetchText, runSession } from "./sample.ts";

Deno.test("the structure of a large message is read once; then a part costs no more than its own octets", async () => {
  const file = "x".repeat(70) + "\r\n";
  const text = latin1Encode(
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
      `Content-Type: application/x\r\n\r\n${file.repeat(40_000)}\r\n--b\r\n` +
      "Content-Type: text/plain\r\nContent-Description: =?utf-8?q?=C3=9F?=\r\n\r\nlast part\r\n--b--\r\n",
  );
  const user = await memoryStore().open("alice@example.test");
  const inbox = (await user.mailbox("INBOX"))!;
  const meta = await inbox.append([text]);
  let octets = 0;
  const counting = {
    ...inbox,
    cache: inbox.cache,
    read: async (uid: number) => {
      const inner = await inbox.read(uid);
      return {
        ...inner,
        read: async (max: number) => {
          const chunk = await inner.read(max);
          octets += chunk?.length ?? 0;
          return chunk;
        },
      };
    },
  };
  const fetch = async (items: string) => {
    octets = 0;
    const findings = new Findings(inbox.cache, (uid) => [uid]);
    const message = new StoredMessage(
      ...[counting, { sequence: 1, meta }, false] as const,
      findings,
      new Texts(inbox.text),
    );
    const { text } = await fetchText(message, items);
    await runSession(findings.end());
    return { text, octets };
  };
  const first = await fetch("(BODY.PEEK[2] BODYSTRUCTURE)");
  assert(first.octets >= text.length);
  const again = await fetch("(BODY.PEEK[2] BODYSTRUCTURE)");
  assertEquals(again.text, first.text);
  assertEquals(again.octets, "last part".length);
  const mime = await fetch("BINARY.SIZE[1]");
  assert(mime.text.includes(`BINARY.SIZE[1] ${72 * 40_000}`), mime.text);
});
