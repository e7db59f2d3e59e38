/** What happens to a header section while it passes. */

import { assertEquals } from "@std/assert";
import {
  concatBytes,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import {
  type HeaderFilter,
  HeaderWatch,
} from "../../src/smtp/header_filter.ts";
import { SubmissionHeader } from "../../src/smtp/submission_header.ts";

/** Messages, and how many Received fields they have. */
const HOPS: readonly (readonly [message: string, hops: number])[] = [
  ["", 0],
  ["\r\n", 0],
  ["Received: a\r\n\r\n", 1],
  ["Received: a\r\n b\r\nRECEIVED:\r\nreceived : c\r\n\r\n", 3],
  ["\r\nReceived: body\r\n", 0],
  ["A: b\r\n\r\nReceived: body\r\n", 0],
  ["A: Received: b\r\n Received: c\r\n\tReceived: d\r\n\r\n", 0],
  ["Receive: a\r\nReceivedd: b\r\nReceived b: c\r\n\r\n", 0],
  ["Received: a", 1],
  ["Received", 0],
  ["no header\r\nReceived: a\r\n\r\n", 1],
  // In BINARYMIME lines may end in LF alone.
  ["Received: a\nReceived: b\n\nReceived: c\n", 2],
  ["\rReceived: a\r\n\r\n", 0],
];

for (const [message, hops] of HOPS) {
  Deno.test(`HeaderWatch counts ${hops} in ${JSON.stringify(message)}, whole and octet by octet`, () => {
    for (const pieces of waysToCut(message)) {
      const enough = new HeaderWatch(hops);
      assertEquals(pass(enough, pieces), message);
      assertEquals(enough.refusal, undefined);
      const fewer = new HeaderWatch(hops - 1);
      pass(fewer, pieces);
      assertEquals(fewer.refusal?.enhanced, "5.4.6");
    }
  });
}

/** Messages, and the Message-ID that their story will name. */
const IDS: readonly (readonly [message: string, id: string | undefined])[] = [
  ["", undefined],
  ["Message-ID: <1@a.test>\r\n\r\n", "<1@a.test>"],
  ["A: b\r\nMESSAGE-ID:<1@a.test>\r\n\r\n", "<1@a.test>"],
  ["Message-ID:\r\n <1@a.test>\r\nA: b\r\n\r\n", "<1@a.test>"],
  ["Message-ID:\r\nA: b\r\n <1@a.test>\r\n\r\n", undefined],
  ["Message-ID: <1@a.test>\r\nMessage-ID: <2@a.test>\r\n\r\n", "<1@a.test>"],
  ["Message-IDs: <1@a.test>\r\nX-Message-ID: <2@a.test>\r\n\r\n", undefined],
  ["A: b\r\n\r\nMessage-ID: <1@a.test>\r\n", undefined],
  [`Message-ID: <${"x".repeat(5000)}@a.test>\r\n\r\n`, undefined],
];

/** Messages, and whether they may go without TLS (RFC 8689 §3). */
const FREE: readonly (readonly [message: string, isFree: boolean])[] = [
  ["TLS-Required: No\r\n\r\n", true],
  ["A: b\r\nTLS-REQUIRED:no\r\nB: c\r\n\r\n", true],
  ["TLS-Required:\r\n No\r\nB: c\r\n\r\n", true],
  ["TLS-Required: No", true],
  ["Message-ID: <1@a.test>\r\nTLS-Required: No\r\n\r\n", true],
  ["TLS-Required: Yes\r\n\r\n", false],
  ["TLS-Required: No, Yes\r\n\r\n", false],
  ["TLS-Required: No\r\n really\r\n\r\n", false],
  ["TLS-Required: No\r\nTLS-Required: No\r\n\r\n", false],
  [`TLS-Required: No${" ".repeat(500)}x\r\n\r\n`, false],
  ["A: TLS-Required: No\r\n\r\nTLS-Required: No\r\n", false],
  ["TLS-Requiredd: No\r\nTLS-Require: No\r\n\r\n", false],
];

for (const [message, isFree] of FREE) {
  Deno.test(`HeaderWatch takes ${isFree ? "TLS-Required" : "nothing"} from ${JSON.stringify(message.slice(0, 60))}`, () => {
    for (const pieces of waysToCut(message)) {
      const watch = new HeaderWatch(9);
      assertEquals(pass(watch, pieces), message);
      assertEquals(watch.wishes, isFree ? { requireTls: false } : {});
    }
  });
}

for (const [message, id] of IDS) {
  Deno.test(`HeaderWatch finds ${id} in ${JSON.stringify(message.slice(0, 60))}`, () => {
    for (const pieces of waysToCut(message)) {
      const watch = new HeaderWatch(1);
      assertEquals(pass(watch, pieces), message);
      assertEquals(watch.messageId, id);
    }
  });
}

const DATE = "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n";
const ID = "Message-ID: <00000000000000000000000000000000@mx.example.test>\r\n";

/** Submissions, and what becomes of them. */
const SUBMISSIONS: readonly (readonly [message: string, stored: string])[] = [
  ["", DATE + ID],
  ["\r\n", `${DATE}${ID}\r\n`],
  ["\r\nBcc: body\r\n", `${DATE}${ID}\r\nBcc: body\r\n`],
  ["DATE: x\r\n\r\nDate: y", `${ID}DATE: x\r\n\r\nDate: y`],
  ["message-id: x\r\n", `${DATE}message-id: x\r\n`],
  [
    "Date: x\r\nMessage-ID: y\r\nBcc: z\r\n\r\n",
    "Date: x\r\nMessage-ID: y\r\n\r\n",
  ],
  [
    "Bcc: a\r\n b\r\n\tc\r\nDate: x\r\nBCC :d\r\nMessage-ID: y\r\nResent-Bcc: e\r\n",
    "Date: x\r\nMessage-ID: y\r\n",
  ],
  ["no header\r\n\r\nx", `${DATE}${ID}no header\r\n\r\nx`],
  [
    "Date: x\r\nMessage-ID: y\r\nX-Bcc: z\r\nBccs: a",
    "Date: x\r\nMessage-ID: y\r\nX-Bcc: z\r\nBccs: a",
  ],
];

for (const [message, stored] of SUBMISSIONS) {
  Deno.test(`SubmissionHeader completes ${JSON.stringify(message)}, whole and octet by octet`, () => {
    for (const pieces of waysToCut(message)) {
      const filter = submissionHeader();
      assertEquals(pass(filter, pieces), stored);
      assertEquals(filter.refusal, undefined);
    }
  });
}

Deno.test("SubmissionHeader takes a header section of its limit, and refuses one octet more", () => {
  for (const pieces of waysToCut(`X: ${"x".repeat(53)}\r\n\r\nbody`)) {
    assertEquals(refused(submissionHeader({ limit: 60 }), pieces), undefined);
    assertEquals(refused(submissionHeader({ limit: 59 }), pieces), 552);
  }
});

Deno.test("SubmissionHeader counts Received fields", () => {
  for (const pieces of waysToCut("Received: a\r\nReceived: b\r\n\r\n")) {
    assertEquals(refused(submissionHeader({ hops: 2 }), pieces), undefined);
    assertEquals(refused(submissionHeader({ hops: 1 }), pieces), 554);
  }
});

Deno.test("SubmissionHeader names the addresses of From, of groups too", () => {
  const filter = submissionHeader();
  pass(filter, [
    latin1Encode("From: A <a@b.c>, g: d@e.f;\r\nfrom: x@y.z\r\n\r\n"),
  ]);
  assertEquals(filter.authors, [
    { localPart: "a", domain: "b.c" },
    { localPart: "d", domain: "e.f" },
    { localPart: "x", domain: "y.z" },
  ]);
});

function submissionHeader(
  more: { limit?: number; hops?: number } = {},
): SubmissionHeader {
  return new SubmissionHeader({
    serverName: "mx.example.test",
    now: 0,
    random: (octets) => new Uint8Array(octets),
    limit: 1000,
    hops: 100,
    ...more,
  });
}

function* waysToCut(message: string): Generator<Uint8Array[]> {
  const bytes = latin1Encode(message);
  yield [bytes];
  yield Array.from(bytes, (octet) => Uint8Array.of(octet));
  for (let cut = 1; cut < bytes.length; cut++) {
    yield [bytes.subarray(0, cut), bytes.subarray(cut)];
  }
}

function pass(filter: HeaderFilter, pieces: readonly Uint8Array[]): string {
  const out: Uint8Array[] = [];
  const write = (bytes: Uint8Array) => void out.push(bytes.slice());
  for (const piece of pieces) filter.push(piece, write);
  filter.end(write);
  return latin1Decode(concatBytes(out));
}

function refused(
  filter: HeaderFilter,
  pieces: readonly Uint8Array[],
): number | undefined {
  pass(filter, pieces);
  return filter.refusal?.code;
}
