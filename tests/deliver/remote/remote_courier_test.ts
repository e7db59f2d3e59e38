/** The courier to other servers: what a message asks of connections, and what comes of it. */

import { assertEquals } from "@std/assert";
import type { Call, CallResult } from "../../../src/deliver/remote/call.ts";
import { memoryNotebook } from "../../../src/deliver/remote/memory_notebook.ts";
import type { Outgoing } from "../../../src/deliver/remote/outgoing.ts";
import { remoteCourier } from "../../../src/deliver/remote/remote_courier.ts";
import { TlsMemory } from "../../../src/deliver/remote/tls_memory.ts";
import { memoryResolver } from "../../../src/dns/mod.ts";
import { reply } from "../../../src/mail/mod.ts";
import {
  destinationOf,
  type Envelope,
  memorySpool,
} from "../../../src/queue/mod.ts";
import { START, to } from "../dispatch_stage.ts";

const OUTGOING: Outgoing = {
  routes: {},
  ...{ tls: "auto", dane: true, port: 25, families: [4] },
  ...{ sourceAddresses: [], ownNames: [], rememberTls: 0 },
  ...{ connections: 9, connectionsPerLane: 9, messagesPerConnection: 9 },
};
const BOB = "remote:bob@peer.test";
const REFUSED = reply(550, "5.7.30", "REQUIRETLS support required");

/** Brings a message to a peer that has TLS, and no REQUIRETLS; what it was given, and the outcome. */
async function bring(more: Partial<Envelope>) {
  const spool = memorySpool({ now: () => START, random: () => 0.5 });
  const draft = spool.begin();
  await draft.write(new TextEncoder().encode("Subject: x\r\n\r\nx\r\n"));
  await draft.commit({ ...to(BOB), ...more });
  const notebook = memoryNotebook();
  const given: string[] = [];
  const converse = async (call: Call): Promise<CallResult> => {
    const transmission = await call.next(undefined);
    if (!transmission) return {};
    const { requireTls } = transmission;
    given.push(`${call.startTls} ${requireTls ? "bound" : "free"}`);
    const said = requireTls ? REFUSED : reply(250, "2.0.0", "Taken");
    await transmission.done([{
      kind: requireTls ? "failed" : "sent",
      ...{ reply: said, step: "message", spoken: true, dsn: false },
    }]);
    return {};
  };
  const courier = remoteCourier({
    ...{ spool, converse, now: () => START, random: () => 0, log: () => {} },
    resolver: memoryResolver({
      "peer.test": {
        mx: [{ preference: 1, exchange: "mx.peer.test" }],
        secure: true,
      },
      "mx.peer.test": { a: ["192.0.2.1"], secure: true },
    }),
    sts: () => undefined,
    memory: new TlsMemory({ notebook, now: () => START, span: () => 0 }),
    senderFor: ({ from }) => from,
    outgoing: () => OUTGOING,
  });
  const entry = (await spool.load(draft.id))!;
  const [outcome] = await courier.courier(entry, [destinationOf(BOB)]);
  await courier.stop();
  return { given, kind: outcome!.kind };
}

Deno.test("a message that requires TLS goes to nobody who does not promise it; a report on one does (RFC 8689 §4.2.1, §5)", async () => {
  assertEquals(await bring({ requireTls: true }), {
    given: ["required bound"],
    kind: "failed",
  });
  assertEquals(await bring({ requireTls: true, from: "" }), {
    given: ["required bound", "opportunistic free"],
    kind: "sent",
  });
  assertEquals(await bring({ from: "" }), {
    given: ["opportunistic free"],
    kind: "sent",
  });
});
