import { assertEquals } from "@std/assert";
import {
  type Fate,
  type FateAction,
  reportsDue,
} from "../../src/deliver/mod.ts";
import { reply } from "../../src/mail/mod.ts";
import {
  destinationKey,
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
  pending?: ReadonlySet<string>,
): string[] {
  const all = envelope.recipients.flatMap(({ destinations }) =>
    destinations.map(destinationKey)
  );
  return reportsDue(envelope, pending ?? new Set(all), fates).map(
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

Deno.test("reportsDue(): an alias is expanded once, and shows where it leads to nobody", () => {
  const envelope = message([recipient("list", [BOB, CAROL], ["SUCCESS"])]);
  const both = [fate("relayed"), fate("delivered", CAROL)];
  assertEquals(due(envelope, both), ["success: expanded list"]);
  assertEquals(due(envelope, [both[1]!], new Set([CAROL])), []);
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
  const reports = reportsDue(envelope, new Set(), [
    fate("failed", BOB, { peer: "mx" }),
    fate("failed", CAROL),
    fate("delayed", "remote:d@example.net", { retryUntil: 9 }),
  ]);
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
