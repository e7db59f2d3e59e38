/** Signs of life during long commands (RFC 9585), and their end where the client is gone. */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import type { Peer } from "../harness/stage.ts";

const USER = "alice@example.test";

async function say(peer: Peer, text: string): Promise<string[]> {
  await peer.send(latin1Encode(`${text}\r\n`));
  const lines: string[] = [];
  for (let line; (line = await peer.hear()) !== undefined;) lines.push(line);
  return lines;
}

/** A client that has INBOX open, with as many messages. */
async function selected(stage: ImapStage, messages: number): Promise<Peer> {
  await stage.given(["user", USER, "secret"]);
  const mailbox = await stage.mailbox(USER, "INBOX");
  const text = latin1Encode("A: b\r\n\r\nbody");
  for (let n = 0; n < messages; n++) await mailbox.append([text]);
  const peer = await stage.connect(1);
  await say(peer, `a LOGIN ${USER} secret`);
  await say(peer, "b SELECT INBOX");
  return peer;
}

for (
  const [command, done] of [
    ["STORE 1:* +FLAGS.SILENT (\\Deleted)", "OK STORE completed"],
    ["COPY 1:* Archive", "OK [COPYUID"],
    ["UID MOVE 1:* Archive", "OK UID MOVE completed"],
    ["EXPUNGE", "OK EXPUNGE completed"],
    ["CLOSE", "OK CLOSE completed"],
    ["APPEND INBOX {6+}\r\nA: b\r\n", "OK [APPENDUID"],
    ["NOOP", "OK NOOP completed"],
    ["SELECT INBOX", "OK [READ-WRITE]"],
    ["STATUS INBOX (MESSAGES)", "OK STATUS completed"],
    ["RENAME INBOX Old", "OK RENAME completed"],
    ["DELETE Junk", "OK DELETE completed"],
  ] as const
) {
  Deno.test(`${command.split("\r")[0]} tells every ten seconds that it goes on (RFC 9585)`, async () => {
    const stage = new ImapStage();
    let periods = 0;
    stage.setting = {
      ...stage.setting,
      within: async (promise, milliseconds) => {
        assertEquals(milliseconds, 10_000);
        const value = await promise;
        return periods-- > 0 ? undefined : { value };
      },
    };
    const peer = await selected(stage, 3);
    await say(peer, "c STORE 1 +FLAGS (\\Deleted)");
    periods = 2;
    const lines = await say(peer, `d ${command}`);
    const alive = '* OK [INPROGRESS ("d" NIL NIL)] Still at work';
    assertEquals(lines.filter((line) => line === alive).length, 2, `${lines}`);
    assert(lines.at(-1)!.startsWith(`d ${done}`), lines.at(-1));
  });
}

Deno.test("FETCH tells between its responses how far it is, and only when it takes long", async () => {
  const stage = new ImapStage();
  let [now, step] = [stage.clock.now, 0];
  stage.setting = { ...stage.setting, now: () => now += step };
  const peer = await selected(stage, 3);
  const responses = [1, 2, 3].map((n) => `* ${n} FETCH (PREVIEW "body")`);
  assertEquals(await say(peer, "c FETCH 1:* (PREVIEW)"), [
    ...responses,
    "c OK FETCH completed",
  ]);
  step = 5000;
  assertEquals(await say(peer, "d FETCH 1:* (PREVIEW)"), [
    ...responses.slice(0, 2),
    '* OK [INPROGRESS ("d" 2 3)] Still at work',
    responses[2]!,
    "d OK FETCH completed",
  ]);
});

Deno.test("a tag that would end the response code is not named in it (RFC 9585 §4)", async () => {
  const stage = new ImapStage();
  let [now, step] = [stage.clock.now, 0];
  stage.setting = { ...stage.setting, now: () => now += step };
  const peer = await selected(stage, 3);
  step = 5000;
  const [, , third] = await say(peer, "d] FETCH 1:* (PREVIEW)");
  assertEquals(third, "* OK [INPROGRESS (NIL 2 3)] Still at work");
});

for (
  const command of [
    "SEARCH BODY body",
    "SORT (ARRIVAL) UTF-8 BODY body",
    "THREAD REFERENCES UTF-8 BODY body",
  ]
) {
  const [name] = command.split(" ");

  Deno.test(`${name} tells how far it is, when it takes long`, async () => {
    const stage = new ImapStage();
    let [now, step] = [stage.clock.now, 0];
    stage.setting = { ...stage.setting, now: () => now += step };
    const peer = await selected(stage, 100);
    step = 4000;
    const lines = await say(peer, `c ${command}`);
    const told = lines.flatMap((line) =>
      /^\* OK \[INPROGRESS \("c" (\d+) 100\)\] Still/.exec(line)?.[1] ?? []
    );
    assert(told.length > 0, `${lines}`);
    assertEquals(told, told.toSorted((a, b) => Number(a) - Number(b)));
    assertEquals(lines.at(-1), `c OK ${name} completed`);
  });

  Deno.test(`${name} stops when its client is gone`, async () => {
    const stage = new ImapStage();
    let pauses = 0;
    let leave = () => {};
    stage.setting = {
      ...stage.setting,
      pause: () => {
        if (++pauses === 2) leave();
        return Promise.resolve();
      },
    };
    const peer = await selected(stage, 200);
    leave = () => stage.peers.all[0]!.wire.feedEof();
    await say(peer, `c ${command}`);
    assertEquals(pauses, 2);
    assertEquals(await peer.isClosed(), true);
  });
}
