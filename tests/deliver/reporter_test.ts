import { assert, assertEquals } from "@std/assert";
import {
  dsnReporter,
  type ReportDue,
  reportRoute,
} from "../../src/deliver/mod.ts";
import { reply } from "../../src/mail/mod.ts";
import {
  type Destination,
  type Envelope,
  memorySpool,
} from "../../src/queue/mod.ts";
import { START, to } from "./dispatch_stage.ts";

const DUE: ReportDue = {
  about: "failure",
  lines: [{
    address: "bob@example.net",
    orcpt: "rfc822;bob@example.net",
    action: "failed",
    reply: reply(550, "5.1.1", "No such user"),
    peer: "mx.example.net[192.0.2.1]:25",
    lastAttempt: START,
  }],
  keys: ["remote:bob@example.net"],
};

async function reportTo(
  destinations: readonly Destination[],
  more: Partial<Envelope> = {},
) {
  const spool = memorySpool({ now: () => START, random: () => 0.5 });
  const draft = spool.begin();
  await draft.write(new TextEncoder().encode("Subject: lost\r\n\r\nbody\r\n"));
  const envelope = { ...to("remote:bob@example.net"), envid: "x1" };
  await draft.commit({ ...envelope, ret: "FULL", ...more });
  return await dsnReporter({
    spool,
    serverName: () => "mx.example.test",
    route: () => Promise.resolve(destinations),
    now: () => START + 1,
    randomBytes: (count) => new Uint8Array(count).fill(7),
  })((await spool.load(draft.id))!, DUE);
}

Deno.test("dsnReporter() returns the message from the null reverse-path (RFC 3461 §6.1)", async () => {
  const home: Destination = { kind: "mailbox", account: "sender@example.org" };
  const report = await reportTo([home]);
  assert(report);
  assertEquals(report.envelope, {
    from: "",
    recipients: [{
      address: "sender@example.org",
      destinations: [home],
      notify: ["NEVER"],
    }],
    ...{ body: "7BIT", smtputf8: false, received: START + 1 },
  });
  const text = new TextDecoder().decode(report.octets);
  for (
    const part of [
      "report-type=delivery-status",
      "Original-Envelope-Id: x1",
      "Original-Recipient: rfc822; bob@example.net",
      "Status: 5.1.1",
      "Subject: lost\r\n\r\nbody\r\n",
    ]
  ) assert(text.includes(part), part);
});

Deno.test("dsnReporter() protects the report on a message that requires TLS, and returns no more than its header (RFC 8689 §5)", async () => {
  const home: Destination = { kind: "mailbox", account: "sender@example.org" };
  const report = await reportTo([home], { requireTls: true });
  assertEquals(report?.envelope.requireTls, true);
  const text = new TextDecoder().decode(report!.octets);
  assert(text.includes("Subject: lost\r\n"), text);
  assert(!text.includes("body"), text);
  const free = await reportTo([home], { requireTls: false });
  assertEquals(free?.envelope.requireTls, undefined);
});

Deno.test("dsnReporter() names the time by which it should have been delivered (RFC 2852 §5)", async () => {
  const home: Destination = { kind: "mailbox", account: "sender@example.org" };
  const deliverBy = { at: START, mode: "N", trace: false } as const;
  const report = await reportTo([home], { deliverBy });
  const text = new TextDecoder().decode(report!.octets);
  const [, date] = /\r\nDeliver-By-Date: (.*)\r\n/.exec(text)!;
  assertEquals(Date.parse(date!), START);
});

Deno.test("dsnReporter() repeats how the sender had the message held (RFC 4865)", async () => {
  const home: Destination = { kind: "mailbox", account: "sender@example.org" };
  const notBefore = Date.UTC(2026, 0, 2, 3, 4, 5);
  const cases = [
    [{}, undefined],
    [{ notBefore }, "until;2026-01-02T03:04:05Z"],
    [{ notBefore, holdFor: 3600 }, "for;3600"],
  ] as const;
  for (const [asked, field] of cases) {
    const report = await reportTo([home], asked);
    const text = new TextDecoder().decode(report!.octets);
    assertEquals(
      /\r\nFuture-Release-Request: (.*)\r\n/.exec(text)?.[1],
      field,
    );
  }
});

Deno.test("dsnReporter() writes nothing to nobody", async () => {
  assertEquals(await reportTo([]), undefined);
});

Deno.test("reportRoute() goes the way of mail, and nowhere where that ends", async () => {
  const home: Destination = { kind: "mailbox", account: "a@example.test" };
  const route = (kind: "found" | "unknown" | "disabled" | "loop" | "remote") =>
    reportRoute({
      resolve: () =>
        Promise.resolve(
          kind === "found" ? { kind, targets: [home] } : { kind },
        ),
    })("a@example.test");
  assertEquals(await route("found"), [home]);
  assertEquals(await route("remote"), [
    { kind: "remote", address: "a@example.test" },
  ]);
  for (const kind of ["unknown", "disabled", "loop"] as const) {
    assertEquals(await route(kind), []);
  }
});
