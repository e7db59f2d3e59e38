/**
 * What a message costs the dialogue: a thousand pipelined messages of 4 KiB in one
 * session, without sockets. Compare with one message's share of a core in `deno task bench`.
 *
 * @module
 */

import { concatBytes, utf8Encode } from "../../src/bytes/mod.ts";
import type { Accounts } from "../../src/accounts/mod.ts";
import { memorySpool, type Spool } from "../../src/queue/mod.ts";
import {
  defaultSmtpLimits,
  defaultSmtpMessages,
  smtpSession,
  type SmtpSetting,
} from "../../src/smtp/mod.ts";
import { Wire } from "../../src/wire/mod.ts";
import { virtualLink } from "../harness/virtual_stage.ts";

const MESSAGES = 1000;
const CHUNK = 16 * 1024;

const message = utf8Encode(
  "MAIL FROM:<one@example.org>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n" +
    "From: one@example.org\r\nTo: alice@example.test\r\nSubject: x\r\n\r\n" +
    `${"x".repeat(62)}\r\n`.repeat(64) + ".\r\n",
);
const dialogue = concatBytes([
  utf8Encode("EHLO client.example.org\r\n"),
  ...Array.from({ length: MESSAGES }, () => message),
  utf8Encode("QUIT\r\n"),
]);

const accounts = {
  resolve: () =>
    Promise.resolve({
      kind: "found",
      targets: [{ kind: "mailbox", account: "alice@example.test" }],
    }),
} as unknown as Accounts;

/** A spool that forgets: what is measured is the dialogue. */
function forgetfulSpool(): Spool {
  let count = 0;
  const spool = memorySpool({ now: () => 0, random: () => 0 });
  return {
    ...spool,
    begin: () => ({
      id: `m${count++}`,
      size: 0,
      write(bytes) {
        bytes.slice();
      },
      commit: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    }),
  };
}

const setting: SmtpSetting = {
  listener: { kind: "mx" },
  serverName: "mx.example.test",
  accounts,
  spool: forgetfulSpool(),
  now: Date.now,
  random: (octets) => new Uint8Array(octets),
  log: () => {},
  limits: defaultSmtpLimits,
  messages: defaultSmtpMessages,
  tls: false,
  allowPlaintextAuth: false,
  mechanisms: [],
  remoteDelivery: false,
  relaysFor: () => false,
  checkFromHeader: false,
};

async function run(): Promise<void> {
  const wire = new Wire();
  const session = smtpSession(wire, virtualLink(1, 25), setting);
  let fed = 0;
  let result = session.next();
  while (!result.done) {
    const step = result.value;
    if (step.kind === "work") {
      result = session.next(await step.run());
      continue;
    }
    wire.takeOutput();
    if (step.kind === "input") {
      wire.feed(dialogue.subarray(fed, fed += CHUNK));
    }
    result = session.next("input");
  }
}

Deno.bench(`${MESSAGES} messages of 4 KiB`, run);
