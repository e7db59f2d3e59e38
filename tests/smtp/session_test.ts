/** What scripts cannot show of a session: our own faults, and sessions that are let go. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { utf8Encode } from "../../src/bytes/mod.ts";
import { commandsFor } from "../../src/smtp/commands.ts";
import { extensions } from "../../src/smtp/extensions.ts";
import { SmtpStage } from "../harness/smtp_stage.ts";
import type { VirtualPeer } from "../harness/virtual_stage.ts";

const MAIL = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n";

function newStage(...given: string[]): SmtpStage {
  const stage = new SmtpStage();
  stage.given(["user", "alice@example.test", "secret"]);
  for (const words of given) stage.given(words.split(" "));
  return stage;
}

/** Connects, says `text`, and returns the peer and the codes that it heard. */
async function say(
  stage: SmtpStage,
  text: string,
): Promise<{ peer: VirtualPeer; heard: string[] }> {
  const peer = await stage.connect(1) as VirtualPeer;
  await peer.send(utf8Encode(text));
  return { peer, heard: await hear(peer) };
}

async function hear(peer: VirtualPeer): Promise<string[]> {
  const heard: string[] = [];
  let line = await peer.hear();
  while (line !== undefined) {
    if (line[3] === " ") heard.push(line);
    line = await peer.hear();
  }
  return heard;
}

/** Lets promises that nobody waits for come to their end. */
async function settleDown(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

for (const trouble of ["none", "slow"]) {
  const disk = `disk ${trouble}`;
  Deno.test(`a session that is let go within DATA leaves no draft (${disk})`, async () => {
    const stage = newStage(disk);
    const { peer } = await say(stage, `${MAIL}DATA\r\nhalf a message`);
    assertEquals(stage.spool.open, 1);
    peer.abandon();
    await settleDown();
    assertEquals(stage.spool.open, 0);
  });

  Deno.test(`a session that is let go between two BDAT leaves no draft (${disk})`, async () => {
    const stage = newStage(disk);
    const { peer } = await say(stage, `${MAIL}BDAT 4\r\nab\r\n`);
    assertEquals(stage.spool.open, 1);
    peer.abandon();
    await settleDown();
    assertEquals(stage.spool.open, 0);
  });
}

for (const next of ["RSET", "EHLO b", "QUIT"]) {
  Deno.test(`${next} between two BDAT drops the draft`, async () => {
    const stage = newStage();
    await say(stage, `${MAIL}BDAT 4\r\nab\r\n${next}\r\n`);
    assertEquals(stage.spool.open, 0);
  });
}

Deno.test("a fault of the accounts is 451 to the peer and a stack in the log; the session goes on", async () => {
  const stage = newStage();
  await stage.connect(1);
  const accounts = {
    ...stage.accounts!,
    resolve: () => Promise.reject(new Error("secret of ours")),
  };
  stage.accounts = accounts;
  const { heard } = await say(stage, `${MAIL}NOOP\r\n`);
  assertEquals(heard.slice(-2), [
    "451 4.3.0 Local error, try again later",
    "250 2.0.0 OK",
  ]);
  const [event, fields] = stage.logged.entries.at(-1)!;
  assertEquals(event, "smtp.fault");
  assertMatch(`${fields.error}`, /secret of ours\n\s+at /);
});

Deno.test("a fault of the accounts within AUTH is 454, no wrong password (RFC 4954 §6)", async () => {
  const stage = newStage("listener submissions", "mechanisms PLAIN");
  await stage.connect(1);
  stage.accounts = {
    ...stage.accounts!,
    verify: () => Promise.reject(new Error("no disk")),
  };
  const auth = "AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ=\r\n";
  const { heard } = await say(stage, `EHLO a\r\n${auth.repeat(4)}NOOP\r\n`);
  const failed = "454 4.7.0 Temporary authentication failure";
  assertEquals(heard.slice(2), [
    failed,
    failed,
    failed,
    failed,
    "250 2.0.0 OK",
  ]);
});

Deno.test("a draft that cannot begin is 451 before 354", async () => {
  const stage = newStage();
  const { spool } = stage.setting;
  const broken = {
    ...spool,
    begin: () => {
      throw new Error("no spool");
    },
  };
  stage.setting = { ...stage.setting, spool: broken };
  const { heard } = await say(stage, `${MAIL}DATA\r\nNOOP\r\n`);
  assertEquals(heard.slice(-2), [
    "451 4.3.0 Local error, try again later",
    "250 2.0.0 OK",
  ]);
});

Deno.test("a draft that cannot begin is 451 to BDAT, whose octets are no commands", async () => {
  const stage = newStage();
  const { spool } = stage.setting;
  const broken = {
    ...spool,
    begin: () => {
      throw new Error("no spool");
    },
  };
  stage.setting = { ...stage.setting, spool: broken };
  const { heard } = await say(
    stage,
    `${MAIL}BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n`,
  );
  assertEquals(heard.slice(-3), [
    "451 4.3.0 Local error, try again later",
    "503 5.5.1 Bad sequence of commands",
    "250 2.0.0 OK",
  ]);
});

Deno.test("a fault after the dot ends the transaction, and leaves no draft", async () => {
  const stage = newStage(
    "listener submissions",
    "mechanisms PLAIN",
    "checkFromHeader on",
  );
  await stage.connect(1);
  let asked = 0;
  const { accounts } = stage;
  stage.accounts = {
    ...accounts!,
    owns: (...of) =>
      ++asked === 1
        ? accounts!.owns(...of)
        : Promise.reject(new Error("no disk")),
  };
  const { heard } = await say(
    stage,
    "EHLO a\r\nAUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ=\r\n" +
      "MAIL FROM:<alice@example.test>\r\nRCPT TO:<alice@example.test>\r\n" +
      "DATA\r\nFrom: alice@example.test\r\n.\r\nDATA\r\n",
  );
  assertEquals(heard.slice(-2), [
    "451 4.3.0 Local error, try again later",
    "503 5.5.1 Send MAIL first",
  ]);
  assertEquals(stage.spool.open, 0);
});

Deno.test("replies to endless pipelined commands leave before they fill the memory", async () => {
  const stage = newStage("idleCommands 1000000");
  const { heard } = await say(stage, "NOOP\r\n".repeat(50_000));
  assertEquals(heard.length, 50_001);
});

Deno.test("every verb stands in one row, in upper case, and HELP knows its syntax", () => {
  const rows = [...commandsFor("mx").values(), ...commandsFor("lmtp").values()];
  for (const { verb, syntax } of rows) {
    assertMatch(verb, /^[A-Z]+$/);
    assert(syntax.startsWith(verb));
  }
  const named = extensions.map(({ keyword }) => keyword);
  assertEquals(named.length, new Set(named).size);
  for (const { rfc } of extensions) assertMatch(rfc, /^RFC \d+$/);
});
