/** Bounds of what a client may say: so much is taken, and not one more (wire/limits.ts). */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { limits } from "../../src/wire/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import type { Peer } from "../harness/stage.ts";

const USER = "alice@example.test";
const { imap } = limits;

/** What the last command of `text` is answered with. */
async function say(peer: Peer, text: string): Promise<string> {
  await peer.send(latin1Encode(text));
  let last = "";
  for (let line; (line = await peer.hear()) !== undefined;) last = line;
  return last;
}

async function enter(open = true): Promise<[Peer, ImapStage]> {
  const stage = new ImapStage();
  await stage.given(["user", USER, "secret"]);
  await stage.given(["mail", USER, "INBOX", "A: b\\r\\n\\r\\nbody"]);
  const peer = await stage.connect(1);
  await peer.hear();
  if (open) {
    await say(peer, `a LOGIN ${USER} secret\r\n`);
    await say(peer, "b SELECT INBOX\r\n");
  }
  return [peer, stage];
}

/** Tries `n` and `n + 1` of something; the connection must go on in both cases. */
function bound(
  what: string,
  most: number,
  command: (n: number) => string,
  taken: string,
  refused: string,
  open = true,
): void {
  Deno.test(`${what}: ${most} are taken, and not one more`, async () => {
    const [peer] = await enter(open);
    const fine = await say(peer, command(most));
    assert(fine.includes(taken), `${most}: ${fine.slice(-200)}`);
    const more = await say(peer, command(most + 1));
    assert(more.includes(refused), `${most + 1}: ${more.slice(-200)}`);
    assertEquals(await say(peer, "z NOOP\r\n"), "z OK NOOP completed");
  });
}

/** A command line of so many octets, its CRLF included. */
const lineOf = (octets: number) => {
  const [head, tail] = ["c SEARCH SUBJECT ", "\r\n"];
  return head + "x".repeat(octets - head.length - tail.length) + tail;
};
const quoted = (n: number) => `"${"x".repeat(n)}"`;

bound(
  "octets of a command line",
  imap.commandLine,
  lineOf,
  "c OK",
  "* BAD [TOOBIG]",
);
bound(
  "octets of a command line before login",
  imap.commandLineBeforeLogin,
  (n) => `c LOGIN x ${quoted(n - 14)}\r\n`,
  "c NO [AUTHENTICATIONFAILED]",
  "* BAD [TOOBIG]",
  false,
);
bound(
  "characters of a tag",
  imap.tag,
  (n) => `${"t".repeat(n)} NOOP\r\n`,
  "t OK NOOP",
  "* BAD",
);
bound(
  "octets of a literal",
  imap.literal,
  (n) => `c SEARCH SUBJECT {${n}+}\r\n${"x".repeat(n)}\r\n`,
  "c OK",
  "c NO [TOOBIG]",
);
bound(
  "octets of all literals of a command",
  imap.literals,
  (n) => {
    const whole = `{${imap.literal}+}\r\n${"x".repeat(imap.literal)}`;
    const rest = n - 3 * imap.literal;
    const last = rest <= imap.literal
      ? `{${rest}+}\r\n${"x".repeat(rest)}`
      : `{${imap.literal}+}\r\n${"x".repeat(imap.literal)} SUBJECT {1+}\r\nx`;
    const keys = [whole, whole, whole, last].map((one) => `SUBJECT ${one}`);
    return `c SEARCH ${keys.join(" ")}\r\n`;
  },
  "c OK",
  "c NO [TOOBIG]",
);
bound(
  "parentheses within parentheses",
  imap.listDepth,
  (n) => `c SEARCH ${"(".repeat(n)}ALL${")".repeat(n)}\r\n`,
  "c OK",
  "c BAD",
);
bound(
  "ranges of a sequence set",
  imap.setRanges,
  (n) => `c UID FETCH ${Array(n).fill("1").join(",")} (UID)\r\n`,
  "c OK",
  "c NO [LIMIT]",
);
bound(
  "keywords of a mailbox",
  200,
  (n) => {
    const words = Array.from({ length: n }, (_, i) => `Word${i}`);
    return `c STORE 1 FLAGS (${words.join(" ")})\r\n`;
  },
  "c OK",
  "c NO [LIMIT]",
);
bound(
  "messages of one APPEND",
  imap.appendMessages,
  (n) => `c APPEND INBOX${" {1+}\r\nx".repeat(n)}\r\n`,
  "c OK [APPENDUID",
  "c NO [LIMIT]",
);
bound(
  "characters of a mailbox name",
  imap.mailboxName,
  (n) => `c STATUS ${quoted(n)} (MESSAGES)\r\n`,
  "c NO [NONEXISTENT]",
  "c NO [LIMIT]",
);
bound(
  "fields of ID (RFC 2971 §3.3)",
  30,
  (n) => `c ID (${Array(n).fill('"a" "b"').join(" ")})\r\n`,
  "c OK",
  "c BAD",
);
bound(
  "octets of an AUTHENTICATE response",
  imap.authLine,
  (n) =>
    `c AUTHENTICATE LOGIN\r\n${"A".repeat(n - 2)}\r\n` +
    // The next question is answered by what cancels it.
    (n <= imap.authLine ? "*\r\n" : ""),
  "c BAD Authentication cancelled",
  "c BAD [TOOBIG]",
  false,
);

Deno.test("a set of all UIDs, search results and COPYUID of a large mailbox are told whole", async () => {
  const [peer, stage] = await enter();
  const mailbox = await stage.mailbox(USER, "INBOX");
  const text = latin1Encode("A: b\r\n\r\n");
  // Every other one goes: nothing can be told as one range.
  for (let n = 0; n < 6000; n++) await mailbox.append([text]);
  const all = (await mailbox.metas()).map(({ uid }) => uid);
  await mailbox.expunge(all.filter((uid) => uid % 2 === 0));
  await say(peer, "c NOOP\r\n");
  await peer.send(latin1Encode("d UID SEARCH ALL\r\n"));
  const found = (await peer.hear())!.split(" ").slice(2).map(Number);
  assertEquals(found, all.filter((uid) => uid % 2 === 1));
  assertEquals(await peer.hear(), "d OK UID SEARCH completed");
  const copied = await say(peer, "e UID COPY 1:* Archive\r\n");
  const [, from, to] = /COPYUID \d+ (\S+) (\S+)\]/.exec(copied)!;
  assertEquals(from!.split(",").map(Number), found);
  assertEquals(to, `1:${found.length}`);
});

Deno.test("a mailbox keeps a hundred keywords and more", async () => {
  const [peer, stage] = await enter();
  const words = Array.from({ length: 150 }, (_, n) => `Word${n}`);
  assert(
    (await say(peer, `c STORE 1 FLAGS (${words.join(" ")})\r\n`))
      .startsWith("c OK"),
  );
  await peer.send(latin1Encode("d FETCH 1 (FLAGS)\r\n"));
  const told = /FLAGS \((.*)\)\)$/.exec((await peer.hear())!)![1]!.split(" ");
  const kept = told.filter((flag) => flag !== "\\Recent").sort();
  assertEquals(kept, words.toSorted());
  await peer.hear();
  const mailbox = await stage.mailbox(USER, "INBOX");
  assertEquals((await mailbox.metas())[0]!.flags.length, 150);
});
