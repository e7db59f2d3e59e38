import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import type { Message } from "../../src/imap/message.ts";
import { parseCriteria } from "../../src/imap/search/search_keys.ts";
import { threadMatches } from "../../src/imap/search/thread.ts";
import {
  formatThreads,
  type Thread,
} from "../../src/imap/search/thread_tree.ts";
import { randomFrom, scopeOf } from "./corpus.ts";
import { runSession, sampleMessage, scannerOf } from "./sample.ts";

interface Mail {
  readonly id?: string;
  readonly refs?: string;
  readonly reply?: string;
  readonly subject?: string;
  /** Seconds; its place in the mailbox where there is none. */
  readonly sent?: number;
}

function scopeOfMail(mails: readonly Mail[]) {
  const messages = new Map<number, Message>();
  mails.forEach(({ id, refs, reply, subject, sent }, i) => {
    const uid = i + 1;
    const date = new Date((sent ?? uid) * 1000).toUTCString();
    const fields = [
      `Date: ${date}`,
      id && `Message-ID: ${id}`,
      refs && `References: ${refs}`,
      reply && `In-Reply-To: ${reply}`,
      subject !== undefined && `Subject: ${subject}`,
    ].filter(Boolean).join("\r\n");
    messages.set(
      uid,
      sampleMessage(latin1Encode(`${fields}\r\n\r\n`), { uid }),
    );
  });
  return scopeOf(messages).scope;
}

async function thread(
  algorithm: string,
  mails: readonly Mail[],
  query = "ALL",
): Promise<string> {
  const criterion = await runSession(
    parseCriteria(scannerOf(query), { charset: "UTF-8" }),
  );
  const scope = scopeOfMail(mails);
  return await runSession(threadMatches(scope, criterion, algorithm, false));
}

const REFERENCES: readonly [claim: string, mails: Mail[], threads: string][] = [
  ["answers stand below what they answer", [
    { id: "<a@x>" },
    { id: "<b@x>", refs: "<a@x>" },
    { id: "<c@x>", refs: "<a@x> <b@x>" },
    { id: "<d@x>", refs: "<a@x>" },
    { id: "<e@x>" },
  ], "(1 (2 3)(4))(5)"],
  [
    "In-Reply-To counts where there is no References, its first identifier only",
    [
      { id: "<a@x>" },
      { id: "<b@x>", reply: "<a@x> <z@x>" },
      { id: "<c@x>", reply: "<b@x>", refs: "<a@x>" },
    ],
    "(1 (2)(3))",
  ],
  ["the order of arrival does not matter", [
    { id: "<c@x>", refs: "<a@x> <b@x>", sent: 3 },
    { id: "<b@x>", refs: "<a@x>", sent: 2 },
    { id: "<a@x>", sent: 1 },
  ], "(3 2 1)"],
  ["siblings whose parent is not there stay together", [
    { id: "<b@x>", refs: "<gone@x>" },
    { id: "<c@x>", refs: "<gone@x>" },
    { id: "<d@x>" },
  ], "((1)(2))(3)"],
  ["an only child takes the place of a parent that is not there", [
    { id: "<b@x>", refs: "<gone@x>" },
    { id: "<c@x>", refs: "<gone@x> <b@x>" },
  ], "(1 2)"],
  ["a missing message in the middle is passed over", [
    { id: "<a@x>" },
    { id: "<c@x>", refs: "<a@x> <gone@x>" },
    { id: "<d@x>", refs: "<a@x> <gone@x>" },
  ], "(1 (2)(3))"],
  ["messages that refer to each other make no loop", [
    { id: "<a@x>", refs: "<b@x>" },
    { id: "<b@x>", refs: "<a@x>" },
    { id: "<c@x>", refs: "<c@x>" },
  ], "(2 1)(3)"],
  ["of two messages with one identifier the first has it", [
    { id: "<a@x>" },
    { id: "<a@x>" },
    { id: "<b@x>", refs: "<a@x>" },
  ], "(1 3)(2)"],
  ["quotes in an identifier make no difference", [
    { id: '<"a.b"@x>' },
    { id: "<c@x>", refs: "<a.b@x>" },
  ], "(1 2)"],
  ["a message's own References count more than what others say of it", [
    { id: "<a@x>" },
    { id: "<c@x>", refs: "<a@x> <b@x>" },
    { id: "<b@x>" },
  ], "(1)(3 2)"],
  ["threads with one subject are gathered, answers below", [
    { id: "<a@x>", subject: "lunch" },
    { id: "<b@x>", subject: "Re: lunch" },
    { id: "<c@x>", subject: "other" },
    { id: "<d@x>", subject: "lunch (fwd)" },
  ], "(1 (2)(4))(3)"],
  ["equals with one subject stand side by side", [
    { id: "<a@x>", subject: "lunch" },
    { id: "<b@x>", subject: "lunch" },
    { id: "<c@x>", subject: "Re: lunch" },
  ], "((1)(2)(3))"],
  ["threads without a parent and with one subject join", [
    { id: "<a@x>", refs: "<gone@x>", subject: "Re: lunch" },
    { id: "<b@x>", refs: "<gone@x>", subject: "Re: lunch" },
    { id: "<c@x>", subject: "lunch" },
    { id: "<d@x>", refs: "<lost@x>", subject: "Re: lunch" },
    { id: "<e@x>", refs: "<lost@x>", subject: "Re: lunch" },
  ], "((1)(2)(3)(4)(5))"],
  ["messages without a subject are not gathered", [
    { id: "<a@x>" },
    { id: "<b@x>", subject: "Re:" },
  ], "(1)(2)"],
  ["threads and siblings are in the order of their dates", [
    { id: "<a@x>", sent: 50 },
    { id: "<b@x>", refs: "<a@x>", sent: 90 },
    { id: "<c@x>", refs: "<a@x>", sent: 80 },
    { id: "<d@x>", sent: 10 },
    { id: "<e@x>", refs: "<gone@x>", sent: 70 },
    { id: "<f@x>", refs: "<gone@x>", sent: 5 },
  ], "((6)(5))(4)(1 (3)(2))"],
  ["nothing gives nothing", [], ""],
];

for (const [claim, mails, threads] of REFERENCES) {
  Deno.test(`THREAD REFERENCES: ${claim} (RFC 5256 §3)`, async () => {
    assertEquals(await thread("REFERENCES", mails), threads);
  });
}

Deno.test("THREAD ORDEREDSUBJECT: the first of a subject, then the others below it (RFC 5256 §3)", async () => {
  const mails = [
    { subject: "b", sent: 20 },
    { subject: "Re: A", sent: 15 },
    { subject: "a", sent: 10 },
    { subject: "[list] a", sent: 30 },
    { subject: "fwd: b", sent: 5 },
    { subject: "c", sent: 1 },
  ];
  assertEquals(await thread("ORDEREDSUBJECT", mails), "(6)(5 1)(3 (2)(4))");
  assertEquals(await thread("ORDEREDSUBJECT", mails, "1:3"), "(3 2)(1)");
});

Deno.test("threads are written as RFC 5256 §4 shows", () => {
  const node = (number: number | undefined, ...children: Thread[]): Thread => ({
    message: number === undefined ? undefined : {
      number,
      sequence: number,
      sent: 0,
      subject: "",
      isReply: false,
    },
    children,
  });
  const threads = [
    node(2),
    node(3, node(6, node(4, node(23)), node(44, node(7, node(96))))),
    node(undefined, node(170), node(179)),
  ];
  assertEquals(formatThreads(threads), "(2)(3 6 (4 23)(44 7 96))((170)(179))");
});

Deno.test("THREAD tells each message once, however they refer to each other", async () => {
  const random = randomFrom(9);
  for (let round = 0; round < 100; round++) {
    const id = () => `<${random(12)}@x>`;
    const mails = Array.from({ length: 20 }, () => ({
      ...(random(5) ? { id: id() } : {}),
      ...(random(3) ? { refs: `${id()} ${id()} ${id()}` } : {}),
      subject: ["a", "Re: a", "b", "Fwd: b", ""][random(5)]!,
      sent: random(10),
    }));
    const text = await thread("REFERENCES", mails);
    const numbers = text.match(/\d+/g)!.map(Number).sort((a, b) => a - b);
    assertEquals(numbers, mails.map((_, i) => i + 1), text);
    assert(
      /^(?:[( )]|\d)*$/.test(text) && !/\(\)|\( | \)|\)\d/.test(text),
      text,
    );
  }
});

Deno.test("a thread as deep as a mailbox is long is told, too", async () => {
  const mails = Array.from({ length: 5000 }, (_, i) => ({
    id: `<${i}@x>`,
    ...(i > 0 ? { refs: `<${i - 1}@x>` } : {}),
  }));
  const text = await thread("REFERENCES", mails);
  assertEquals(text, `(${mails.map((_, i) => i + 1).join(" ")})`);
});
