/**
 * A scripted day of a mail user, played once for each place between two commands: there
 * `index.db` is deleted, under the running server or while it is down. What the client
 * hears is the same as without. Only modseqs may be higher (RFC 7162 §3.1.2.1: then a
 * client hears more than it had to, never less).
 */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { memoryDisk } from "../../src/disk/mod.ts";
import { indexWhole } from "../../src/indexer.ts";
import {
  type MaildirStore,
  maildirStore,
  sqliteIndex,
} from "../../src/store/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import type { Peer } from "../harness/stage.ts";

const ALICE = "alice@example.test";
const ALL =
  "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE PREVIEW EMAILID THREADID SAVEDATE " +
  "BODY.PEEK[HEADER.FIELDS (From Subject References)] BODY.PEEK[1])";

/** A message as APPEND and deliveries have it. */
function mail(number: number, parent = 0): string {
  return [
    `From: Author ${number} <a${number}@example.org>`,
    `Subject: ${parent > 0 ? "Re: " : ""}=?utf-8?q?Stra=C3=9Fe_${number}?=`,
    `Date: ${number} Jan 2026 10:00:00 +0100`,
    `Message-ID: <${number}@example.org>`,
    ...parent > 0
      ? [`References: <1@example.org> <${parent}@example.org>`]
      : [],
    "Content-Type: multipart/alternative; boundary=b",
    "",
    `--b\r\n\r\nplain words number ${number}\r\n--b`,
    `Content-Type: text/html\r\n\r\n<p>marked words ${number}</p>\r\n--b--\r\n`,
  ].join("\r\n");
}

function append(mailbox: string, text: string, more = ""): string {
  return `APPEND ${mailbox}${more} {${text.length}+}\r\n${text}`;
}

/** What the client says; a number is a delivery to INBOX. */
const DAY: readonly (string | number)[] = [
  "NOOP",
  'LIST (SUBSCRIBED) "" * RETURN (SPECIAL-USE)',
  1,
  2,
  "NOOP",
  `FETCH 1:* ${ALL}`,
  append("INBOX", mail(3, 1), ' (\\Seen $Work) "03-Jan-2026 10:00:00 +0100"'),
  append("Drafts", mail(4), " (\\Draft)"),
  "CREATE Lists/Deno",
  "SUBSCRIBE Lists/Deno",
  "STORE 1 +FLAGS (\\Flagged $Forwarded Blue)",
  "UID SEARCH BODY WORDS",
  'SEARCH CHARSET UTF-8 SUBJECT "straße"',
  "UID SORT (REVERSE DATE SUBJECT) UTF-8 ALL",
  "UID THREAD REFERENCES UTF-8 ALL",
  "COPY 1:2 Lists/Deno",
  5,
  "NOOP",
  "STATUS Lists/Deno (MESSAGES UIDNEXT UIDVALIDITY UNSEEN SIZE DELETED MAILBOXID)",
  "MOVE 2 Lists/Deno",
  "FETCH 1:* (UID FLAGS EMAILID THREADID)",
  "STORE 1 +FLAGS (\\Deleted)",
  "EXPUNGE",
  `UID FETCH 1:* ${ALL}`,
  "RENAME Lists/Deno Lists/Runtime",
  'LIST "" * RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES UIDNEXT UIDVALIDITY))',
  "SELECT Lists/Runtime",
  `FETCH 1:* ${ALL}`,
  "SEARCH TEXT MARKED KEYWORD Blue",
  "UID SEARCH NOT BODY NUMBER",
  "STORE 1:* -FLAGS (Blue)",
  append("Lists/Runtime", mail(6, 2)),
  "FETCH * (UID PREVIEW (LAZY) SAVEDATE THREADID)",
  "GETQUOTAROOT INBOX",
  "CLOSE",
  "EXAMINE INBOX",
  "UID SEARCH RETURN (ALL COUNT) SINCE 1-Jan-2026 SENTBEFORE 4-Jan-2026",
  `FETCH 1:* ${ALL}`,
  "STATUS Lists/Runtime (UIDNEXT UIDVALIDITY MAILBOXID)",
];

type Loss = "nothing" | "under the server" | "while it was down";

/** The account, the server over it, and one client. */
class Day {
  readonly #disk = memoryDisk();
  readonly #folder: string;
  readonly #stage = new ImapStage();
  #stores = 0;
  #store!: MaildirStore;
  #peer!: Peer;
  /** The mailbox that is selected, as the client said it. */
  #selected = "SELECT INBOX";
  #tags = 0;
  readonly #ids = new Map<string, string>();
  /** By mailbox. */
  readonly #highest = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#stage.given(["user", ALICE, "secret"]);
  }

  /** What the client heard, a command's answer an item. */
  async play(at: number, loss: Loss, restarts: boolean): Promise<string[]> {
    await this.#start();
    const user = await this.#store.open(ALICE);
    await user.makeDefaults();
    await this.#greet();
    const heard: string[] = [];
    for (const [i, step] of DAY.entries()) {
      if (i === at) await this.#cut(loss, restarts);
      if (i === at && restarts) break;
      heard.push(await this.#step(step));
      await this.#checkModseqs();
    }
    // A restart may leave UIDs out, more of them or fewer: all that is there counts.
    if (restarts) heard.push(...await this.#lookAtAll());
    await this.#checkModseqs();
    await this.#store.close();
    return heard;
  }

  async #lookAtAll(): Promise<string[]> {
    const user = await this.#store.open(ALICE);
    const heard = [
      await this.#say('LIST "" * RETURN (SUBSCRIBED SPECIAL-USE)'),
    ];
    for (const name of await user.mailboxes()) {
      const opened = await this.#say(`EXAMINE ${name}`);
      heard.push(opened.replace(/UIDNEXT \d+/, "UIDNEXT n"));
      for (
        const command of [
          `STATUS ${name} (MESSAGES UIDVALIDITY UNSEEN SIZE DELETED MAILBOXID)`,
          "UID SEARCH ALL",
          "UID SEARCH OR BODY MARKED TEXT AUTHOR",
          "UID SORT (REVERSE DATE SUBJECT) UTF-8 ALL",
          "UID THREAD REFERENCES UTF-8 ALL",
        ]
      ) heard.push(await this.#say(command));
      if (!/\n\* 0 EXISTS|^\* 0 EXISTS/.test(opened)) {
        heard.push(await this.#say(`FETCH 1:* ${ALL}`));
      }
    }
    return heard;
  }

  async #start(): Promise<void> {
    const { clock } = this.#stage;
    const process = ++this.#stores;
    const open = sqliteIndex();
    this.#store = maildirStore({
      disk: this.#disk,
      root: "/mail",
      index: () => open(this.#folder),
      now: () => clock.now,
      random: () => process / 100,
    });
    this.#stage.setting = { ...this.#stage.setting, store: this.#store };
    await this.#store.open(ALICE);
  }

  async #greet(): Promise<void> {
    this.#peer = await this.#stage.connect(1);
    await this.#hear();
    await this.#say(`LOGIN ${ALICE} secret`);
    await this.#say("ENABLE IMAP4rev2");
    await this.#say(this.#selected);
  }

  async #cut(loss: Loss, restarts: boolean): Promise<void> {
    if (loss === "under the server") await this.#lose();
    if (!restarts) return;
    await this.#peer.end();
    await this.#store.close();
    if (loss === "while it was down") await this.#lose();
    await this.#start();
    await this.#greet();
  }

  async #lose(): Promise<void> {
    await Deno.remove(`${this.#folder}/index.db`);
  }

  async #step(step: string | number): Promise<string> {
    this.#stage.clock.now += 1000;
    const inbox = (await (await this.#store.open(ALICE)).mailbox("INBOX"))!;
    if (typeof step === "number") {
      await inbox.append([latin1Encode(mail(step, step - 1))]);
      // As the server does in the background.
      await indexWhole(inbox);
      return "";
    }
    if (/^(SELECT|EXAMINE)/.test(step)) this.#selected = step;
    return await this.#say(step);
  }

  async #say(command: string): Promise<string> {
    await this.#peer.send(latin1Encode(`t${++this.#tags} ${command}\r\n`));
    return await this.#hear();
  }

  async #hear(): Promise<string> {
    const lines: string[] = [];
    for (let line; (line = await this.#peer.hear()) !== undefined;) {
      lines.push(
        line.replace(/^t\d+ /, "t ")
          .replace(/((?:HIGHEST)?MODSEQ )\(?\d+\)?/g, "$1n")
          .replace(
            /((?:EMAIL|MAILBOX)ID )\(([^)]+)\)/g,
            (_, name, id) => `${name}(${this.#nameOf(id)})`,
          ),
      );
    }
    return lines.join("\n");
  }

  /** Ids are made up by chance when something is new: what counts is that they stay. */
  #nameOf(id: string): string {
    const name = this.#ids.get(id) ?? `id ${this.#ids.size + 1}`;
    this.#ids.set(id, name);
    return name;
  }

  /** Modseqs never go back, and no message has a higher one than its mailbox. */
  async #checkModseqs(): Promise<void> {
    const user = await this.#store.open(ALICE);
    for (const name of await user.mailboxes()) {
      const mailbox = (await user.mailbox(name))!;
      const { highestModseq } = await mailbox.status();
      const before = this.#highest.get(mailbox.id) ?? 0;
      assert(highestModseq >= before, `${name} went back from ${before}`);
      this.#highest.set(mailbox.id, highestModseq);
      for (const { modseq } of await mailbox.metas()) {
        assert(modseq <= highestModseq);
      }
    }
  }
}

async function play(
  at: number,
  loss: Loss,
  restarts: boolean,
): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    return await new Day(folder).play(at, loss, restarts);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every command of the day is answered with OK, and tells something", async () => {
  const heard = await play(-1, "nothing", false);
  for (const [i, answer] of heard.entries()) {
    if (typeof DAY[i] === "number") continue;
    assert(/(?:^|\n)t OK/.test(answer), `${DAY[i]}: ${answer}`);
  }
  const all = heard.join("\n");
  for (
    const word of [
      ...["THREADID (T", "EMAILID (", "SAVEDATE", "MAILBOXID (", "COPYUID"],
      ...["$Forwarded", "Blue", "* ESEARCH", "* THREAD ("],
    ]
  ) assert(all.includes(word), word);
});

Deno.test("index.db deleted between any two commands changes nothing that a client hears for the rest of the day", async () => {
  const expected = await play(-1, "nothing", false);
  for (let at = 1; at < DAY.length; at++) {
    const heard = await play(at, "under the server", false);
    assertEquals(heard, expected, `lost before ${at}: ${DAY[at]}`);
  }
});

for (const loss of ["under the server", "while it was down"] as const) {
  Deno.test(`index.db deleted between any two commands, ${loss}, changes nothing that is there after a restart`, async () => {
    for (let at = 1; at < DAY.length; at++) {
      const expected = await play(at, "nothing", true);
      const heard = await play(at, loss, true);
      assertEquals(heard, expected, `lost before ${at}: ${DAY[at]}`);
    }
  });
}
