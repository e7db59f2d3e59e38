/** What is asked of both servers, one command or a few in a row. */

import type { RawImapClient } from "../tests/harness/raw_imap_client.ts";
import type { Row } from "./imap.ts";
import { enter } from "./imap.ts";

const EACH = 10_000;
const WHOLE = 2000;
const STORED = 20_000;
const APPENDED = 2000;
const APPENDERS = 10;
const APPENDED_TEXT = `Subject: appended\r\nFrom: a@example.org\r\n` +
  `Message-ID: <appended@example.org>\r\n\r\n` +
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n"
    .repeat(310);
const STRUCTURES = "(ENVELOPE BODYSTRUCTURE)";

/** Messages of which nothing was asked before. */
function coldRange(round: number): string {
  return `${1 + (round + 2) * EACH}:${(round + 3) * EACH}`;
}

const cold: readonly Row[] = [{
  what: `FETCH of ${EACH} (ENVELOPE BODYSTRUCTURE), cold`,
  target: 1,
  most: 3,
  run: async (client, round) => {
    await client.count(`FETCH ${coldRange(round)} ${STRUCTURES}`);
  },
}];

const read: readonly Row[] = [{
  what: "SELECT, UID FETCH 1:* (FLAGS)",
  target: 1,
  prepare: (client) => client.ok("UNSELECT"),
  run: async (client) => {
    await client.count("SELECT INBOX");
    await client.count("UID FETCH 1:* (FLAGS)");
  },
}, {
  what: `FETCH of ${EACH} (ENVELOPE BODYSTRUCTURE), warm`,
  target: 1,
  run: async (client) => {
    await client.count(`FETCH ${coldRange(0)} ${STRUCTURES}`);
  },
}, {
  what: `FETCH of ${WHOLE} (BODY.PEEK[])`,
  target: 1,
  run: async (client, round) => {
    const first = 1 + round * WHOLE;
    await client.count(`FETCH ${first}:${first + WHOLE - 1} (BODY.PEEK[])`);
  },
}];

/** The numbers that a search found. */
function searching(what: string, key: string, target = 1, most?: number): Row {
  return {
    ...{ what: `SEARCH ${what}`, target },
    ...(most !== undefined && { most }),
    run: (client) => found(client, `SEARCH ${key}`),
  };
}

/** Nothing is promised of these. */
function asking(command: string): Row {
  return {
    ...{ what: command.replace(" UTF-8 ALL", ""), most: 3 },
    run: (client) => found(client, command),
  };
}

/** The untagged response of a command; the tagged one tells Dovecot's times. */
async function found(
  client: RawImapClient,
  command: string,
): Promise<string | undefined> {
  const { text } = await client.ok(command);
  const [name] = command.split(" ");
  return text.split("\r\n").find((line) => line.startsWith(`* ${name}`));
}

const search: readonly Row[] = [
  searching("by flag", "UNSEEN FLAGGED"),
  searching("by date", "SINCE 1-Jun-2020 BEFORE 10-Jun-2020"),
  searching(
    "by Date field",
    "SENTSINCE 1-Jun-2020 SENTBEFORE 10-Jun-2020",
    1,
    3,
  ),
  searching("by header (SUBJECT)", "SUBJECT verstzu", 1, 3),
  searching("by header (FROM)", "FROM fi.example", 1, 3),
  searching("in bodies, a rare word", "BODY wachepre", 0.1, 3),
  searching("in all text, a rare word", "TEXT wachepre", 0.1, 3),
  searching("in bodies, what is nowhere", "BODY nosuchwordanywhere", 0.1, 3),
  searching("in bodies, a common word", "BODY jofisaka", 0.1, 3),
  searching("in all text, a part of a word", "TEXT ofisak", 0.1, 3),
  searching("in bodies, two words", 'BODY "erinon jofisaka"', 0.1, 3),
  asking("SORT (REVERSE DATE) UTF-8 ALL"),
  asking("SORT (SUBJECT) UTF-8 ALL"),
  asking("THREAD REFERENCES UTF-8 ALL"),
];

// After the renames of a STORE we sync the folder; Dovecot syncs no more than its index.
const write: readonly Row[] = [{
  what: `STORE 1:${STORED} +FLAGS (\\Seen)`,
  target: 1,
  prepare: (client) => client.ok(`STORE 1:${STORED} -FLAGS.SILENT (\\Seen)`),
  run: async (client) => {
    await client.count(`STORE 1:${STORED} +FLAGS (\\Seen)`);
  },
}, {
  what: `${APPENDED} APPENDs of 20 KB from ${APPENDERS} connections`,
  target: 1,
  prepare: (client, round) => client.ok(`CREATE Bulk${round}`),
  run: async (_, round, contestant) => {
    const clients = await Promise.all(
      Array.from({ length: APPENDERS }, () => enter(contestant)),
    );
    await Promise.all(clients.map(async (client) => {
      for (let i = 0; i < APPENDED / APPENDERS; i++) {
        await client.append(`Bulk${round}`, APPENDED_TEXT);
      }
      client.close();
    }));
  },
}];

export const ROWS = { cold, read, search, write };
