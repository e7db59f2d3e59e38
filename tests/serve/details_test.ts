/** Mail to `alice+lists@` over the built server, from the configuration to the mailbox. */

import { assert, assertEquals } from "@std/assert";
import { ImapClient } from "../harness/imap_client.ts";
import { greetSmtp, sendMessage } from "../harness/line_client.ts";
import { ServeSite } from "./serve_site.ts";

Deno.test("mail with a detail goes where the account wants it", async () => {
  await using site = await ServeSite.make({
    Accounts: {
      "alice@example.test": { password: "secret", details: "create" },
      "bob@example.test": "secret",
    },
    IMAP: { allow_plaintext_auth: true },
  });
  await using served = await site.serve();
  const smtp = await greetSmtp(served.ports.smtp!);
  for (const to of ["alice+Lists", "bob+Lists", "alice+/etc/x"]) {
    const reply = await sendMessage(
      smtp,
      "s@example.org",
      [`${to}@example.test`],
      `Subject: to ${to}\r\n\r\n`,
    );
    assert(reply.startsWith("250"), reply);
  }
  smtp.close();
  const subjects = async (account: string, mailbox: string, count: number) => {
    const client = await ImapClient.login(
      served.ports.imap!,
      `${account}@example.test`,
      "secret",
    );
    try {
      for (let tries = 0; tries < 1000; tries++) {
        const { status } = await client.say(`SELECT "${mailbox}"`);
        const found = status.startsWith("OK") ? await client.messages() : [];
        if (found.length >= count) {
          return found.map(({ octets }) => /Subject: (.*)\r/.exec(octets)?.[1]);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return [];
    } finally {
      client.close();
    }
  };
  assertEquals(await subjects("alice", "Lists", 1), ["to alice+Lists"]);
  assertEquals(await subjects("alice", "INBOX", 1), ["to alice+/etc/x"]);
  assertEquals(await subjects("bob", "INBOX", 1), ["to bob+Lists"]);
  assertEquals(await served.stop(), 0);
});
