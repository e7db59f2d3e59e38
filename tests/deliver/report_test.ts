import { assertEquals } from "@std/assert";
import {
  type Fate,
  type FateAction,
  reportsDue,
} from "../../src/deliver/mod.ts";
import { reply } from "../../src/mail/mod.ts";
import {
  type Envelope,
  type EnvelopeRecipient,
  type Notify,
} from "../../src/queue/mod.ts";

const BOB = "remote:bob@example.net";
const CAROL = "mailbox:carol@example.test";

function recipient(
  address: string,
  keys: readonly string[],
  notify?: readonly Notify[],
): EnvelopeRecipient {
  return {
    address,
    destinations: keys.map((key) =>
      key === CAROL
        ? { kind: "mailbox", account: "carol@example.test" }
        : { kind: "remote", address: key.slice("remote:".length) }
    ),
    ...notify && { notify },
  };
}

function message(
  recipients: readonly EnvelopeRecipient[],
  more: Partial<Envelope> = {},
): Envelope {
  return {
    ...{ from: "alice@example.test", recipients, body: "7BIT" },
    ...{ smtputf8: false, received: 0, ...more },
  };
}

function fate(action: FateAction, key = BOB, more: Partial<Fate> = {}): Fate {
  const words = reply(action === "failed" ? 550 : 250, "2.0.0", "words");
  return { key, action, reply: words, lastAttempt: 5, ...more };
}

/** What is due, as "about: action address, …" lines. */
function due(
  envelope: Envelope,
  fates: readonly Fate[],
  isNews = true,
): string[] {
  return reportsDue(envelope, fates.map((fate) => ({ fate, isNews }))).map(
    ({ about, lines }) =>
      `${about}: ` +
      lines.map(({ action, address }) => `${action} ${address}`).join(", "),
  );
}

Deno.test("reportsDue(): NOTIFY says which fates are told (RFC 3461 §4.1)", () => {
  const table: [
    readonly Notify[] | undefined,
    FateAction,
    string | undefined,
  ][] = [
    [undefined, "failed", "failure: failed b"],
    [["FAILURE"], "failed", "failure: failed b"],
    [["SUCCESS", "DELAY"], "failed", undefined],
    [["NEVER"], "failed", undefined],
    [undefined, "delayed", "delay: delayed b"],
    [["DELAY"], "delayed", "delay: delayed b"],
    [["SUCCESS", "FAILURE"], "delayed", undefined],
    [["NEVER"], "delayed", undefined],
    [undefined, "delivered", undefined],
    [["FAILURE", "DELAY"], "delivered", undefined],
    [["SUCCESS"], "delivered", "success: delivered b"],
    [["SUCCESS"], "relayed", "success: relayed b"],
    [undefined, "relayed", undefined],
    [["SUCCESS"], "passed", undefined],
    [["NEVER"], "delivered", undefined],
  ];
  for (const [notify, action, wanted] of table) {
    const envelope = message([recipient("b", [BOB], notify)]);
    assertEquals(due(envelope, [fate(action)]), wanted ? [wanted] : []);
  }
});

Deno.test("reportsDue(): the null reverse-path is never told anything (RFC 5321 §6.1)", () => {
  const all: Notify[] = ["SUCCESS", "FAILURE", "DELAY"];
  const envelope = message([recipient("b", [BOB], all)], { from: "" });
  for (const action of ["failed", "delayed", "delivered", "relayed"] as const) {
    assertEquals(due(envelope, [fate(action)]), []);
  }
});

Deno.test("reportsDue(): DELIVERBY's deadline and trace are told unless NEVER (RFC 2852 §4)", () => {
  const deliverBy = { at: 1, mode: "N", trace: true } as const;
  const table: [readonly Notify[] | undefined, string[]][] = [
    [undefined, ["delay: delayed b", "success: relayed b"]],
    [["FAILURE"], ["delay: delayed b", "success: relayed b"]],
    [["NEVER"], []],
  ];
  for (const [notify, wanted] of table) {
    const envelope = message([recipient("b", [BOB], notify)], { deliverBy });
    const late = fate("delayed", BOB, { isAsked: true });
    assertEquals(due(envelope, [late, fate("relayed")]), wanted);
  }
});

Deno.test("reportsDue(): an alias that leads to several is expanded with the first attempt, whatever comes of it (RFC 3461 §5.2.7.3)", () => {
  const list = recipient("list", [BOB, CAROL], ["SUCCESS"]);
  const first = { isFirst: true };
  const table: [Fate, isNews: boolean, string | undefined][] = [
    [fate("relayed", BOB, first), true, "success: expanded list"],
    [fate("passed", BOB, first), true, "success: expanded list"],
    [fate("failed", BOB, first), true, "success: expanded list"],
    [fate("delayed", BOB, first), false, "success: expanded list"],
    // It was told before, with an attempt that did not work.
    [fate("relayed", BOB), true, undefined],
    [fate("delayed", BOB), false, undefined],
    // Only one of the destinations tells it: attempts are made side by side.
    [fate("delivered", CAROL, first), true, undefined],
  ];
  for (const [one, isNews, wanted] of table) {
    assertEquals(due(message([list]), [one], isNews), wanted ? [wanted] : []);
  }
  const silent = recipient("list", [BOB, CAROL], ["FAILURE"]);
  assertEquals(due(message([silent]), [fate("relayed", BOB, first)]), []);
});

Deno.test("reportsDue(): what an alias's destination failed with stands in the same report", () => {
  const notify: Notify[] = ["SUCCESS", "FAILURE"];
  const envelope = message([recipient("list", [BOB, CAROL], notify)]);
  const [report] = reportsDue(envelope, [
    { fate: fate("failed", BOB, { isFirst: true, peer: "mx" }), isNews: true },
    { fate: fate("delivered", CAROL, { isFirst: true }), isNews: true },
  ]);
  const [expanded, failed] = report!.lines;
  assertEquals([report!.about, report!.keys], ["failure", [BOB]]);
  assertEquals([expanded!.action, expanded!.reply.code], ["expanded", 250]);
  assertEquals(expanded!.peer, undefined);
  assertEquals([failed!.action, failed!.peer], ["failed", "mx"]);
});

Deno.test("reportsDue(): an alias that leads to one is told as if there were none (RFC 3461 §5.2.7.2)", () => {
  const envelope = message([recipient("b", [BOB, BOB], ["SUCCESS"])]);
  const fates = [fate("relayed", BOB, { isFirst: true })];
  assertEquals(due(envelope, fates), ["success: relayed b"]);
});

Deno.test("reportsDue(): a failure behind an alias names the alias", () => {
  const failing = message([recipient("list", [BOB, CAROL])]);
  assertEquals(due(failing, [fate("failed")]), ["failure: failed list"]);
});

Deno.test("reportsDue(): one report a kind, with all its recipients and their keys", () => {
  const envelope = message([
    { ...recipient("b", [BOB]), orcpt: "rfc822;b@example.org" },
    recipient("b2", [BOB]),
    recipient("c", [CAROL], ["NEVER"]),
    recipient("d", ["remote:d@example.net"]),
  ]);
  const fates = [
    fate("failed", BOB, { peer: "mx" }),
    fate("failed", CAROL),
    fate("delayed", "remote:d@example.net", { retryUntil: 9 }),
  ];
  const reports = reportsDue(
    envelope,
    fates.map((fate) => ({ fate, isNews: true })),
  );
  const words = { lastAttempt: 5 };
  const refused = { reply: reply(550, "2.0.0", "words"), peer: "mx" };
  assertEquals(reports, [
    {
      about: "failure",
      lines: [
        {
          ...{ ...refused, ...words, address: "b", action: "failed" },
          orcpt: "rfc822;b@example.org",
        },
        { ...refused, ...words, address: "b2", action: "failed" },
      ],
      keys: [BOB],
    },
    {
      about: "delay",
      lines: [{
        reply: reply(250, "2.0.0", "words"),
        ...{ ...words, address: "d", action: "delayed", retryUntil: 9 },
      }],
      keys: ["remote:d@example.net"],
    },
  ]);
});
