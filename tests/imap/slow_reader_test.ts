/** A client that reads slowly, or not at all, costs a bounded amount of memory. */

import { assert, assertEquals } from "@std/assert";
import { memoryAccounts } from "../../src/accounts/mod.ts";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { imapSession } from "../../src/imap/mod.ts";
import { limits, type Wire } from "../../src/wire/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import {
  CHEAP_HASH,
  virtualLink,
  VirtualPeer,
} from "../harness/virtual_stage.ts";

const USER = "alice@example.test";
/** Beside what makes a session flush: a piece of a message, and a response's text. */
const MOST = 3 * limits.wire.outputHigh;

for (
  const command of [
    "FETCH 1 BODY[]",
    "FETCH 1 BINARY[1]",
    "FETCH 1 RFC822",
    "FETCH 1:* (FLAGS UID INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)",
    "UID SEARCH ALL",
    "SORT (ARRIVAL) UTF-8 ALL",
    "STORE 1:* FLAGS (\\Seen)",
    'LIST "" "*" RETURN (STATUS (MESSAGES))',
  ]
) {
  Deno.test(`${command}: never more waits for the client than ${MOST} octets`, async () => {
    const stage = new ImapStage();
    const accounts = memoryAccounts(
      { domains: ["example.test"], accounts: { [USER]: "secret" } },
      { cost: CHEAP_HASH },
    );
    const mailbox = await stage.mailbox(USER, "INBOX");
    const large = "Subject: x\r\n\r\n" + "0123456789abcd\r\n".repeat(200_000);
    await mailbox.append([latin1Encode(large)]);
    for (let n = 0; n < 3000; n++) {
      await mailbox.append([latin1Encode("Subject: x\r\n\r\n")]);
    }
    const user = await stage.store.open(USER);
    for (let n = 0; n < 1500; n++) await user.create(`mailbox ${n}`);
    const link = virtualLink(1, 143);
    let [most, all] = [0, 0];
    const watched = (wire: Wire) => {
      const take = wire.takeOutput.bind(wire);
      wire.takeOutput = () => {
        const octets = take();
        most = Math.max(most, octets?.length ?? 0);
        all += octets?.length ?? 0;
        return octets;
      };
      return imapSession(wire, link, { ...stage.setting, accounts });
    };
    const peer = await VirtualPeer.open(watched, link, stage.clock);
    const say = (text: string) => peer.send(latin1Encode(`${text}\r\n`));
    await say(`a LOGIN ${USER} secret`);
    await say("b SELECT INBOX");
    [most, all] = [0, 0];
    await say(`c ${command}`);
    assert(all > 10_000, `only ${all} octets were sent`);
    assertEquals(most <= MOST, true, `${most} octets waited`);
  });
}
