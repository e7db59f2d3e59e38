/** The operator's hand on the queue of a server that runs: every action, by everything that names messages. */

import { assertEquals } from "@std/assert";
import { greetSmtp, sendMessage } from "../harness/line_client.ts";
import { ScriptedPeer } from "../interop/peers/scripted_peer.ts";
import { type Served, ServeSite } from "./serve_site.ts";

const ANN = "ann@here.test";
const STRANGER = "stranger@else.test";

interface Listed {
  readonly id: string;
  readonly destinations: readonly { readonly state: string }[];
}

Deno.test("queue: hold, release and delete by id, sender, recipient and domain", async () => {
  await using peer = later();
  await using site = await siteBefore(peer.port);
  await using server = await site.serve();
  const ids = {
    a: await send(server, ANN, "x@one.test"),
    b: await send(server, STRANGER, "y@one.test", "y@two.test"),
    c: await send(server, ANN, "z@two.test"),
    d: await send(server, "", "x@two.test"),
  };
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  /** Each message's destinations: "a:waiting b:held,waiting". */
  const states = async () => {
    const text = await site.command("queue list --json");
    return text.trim().split("\n").map((line) => JSON.parse(line) as Listed)
      .map(({ id, destinations }) =>
        `${names.get(id)}:${destinations.map(({ state }) => state).join()}`
      ).join(" ");
  };
  const said = {
    hold: "stopped",
    release: "let go on",
    delete: "removed",
  };
  const table: [
    action: keyof typeof said,
    what: string,
    messages: number,
    after: string,
  ][] = [
    ["hold", ids.c, 1, "a:waiting b:waiting,waiting c:held d:waiting"],
    ["hold", ids.c, 0, "a:waiting b:waiting,waiting c:held d:waiting"],
    ["hold", `--sender ${ANN}`, 1, "a:held b:waiting,waiting c:held d:waiting"],
    [
      "hold",
      "--recipient y@one.test",
      1,
      "a:held b:held,waiting c:held d:waiting",
    ],
    ["hold", "--domain two.test", 2, "a:held b:held,held c:held d:held"],
    ["release", ids.a, 1, "a:waiting b:held,held c:held d:held"],
    ["release", "--sender <>", 1, "a:waiting b:held,held c:held d:waiting"],
    [
      "release",
      "--recipient Y@one.test",
      1,
      "a:waiting b:waiting,held c:held d:waiting",
    ],
    [
      "release",
      "--domain two.test",
      2,
      "a:waiting b:waiting,waiting c:waiting d:waiting",
    ],
    [
      "delete",
      `--sender ${STRANGER} --domain two.test`,
      1,
      "a:waiting b:waiting c:waiting d:waiting",
    ],
    ["delete", "--recipient z@two.test", 1, "a:waiting b:waiting d:waiting"],
    ["hold", "--all", 3, "a:held b:held d:held"],
    ["delete", ids.d, 1, "a:held b:held"],
    ["release", "--all", 2, "a:waiting b:waiting"],
  ];
  for (const [action, what, messages, after] of table) {
    const told = await site.command(`queue ${action} ${what}`);
    const noun = messages === 1 ? "message" : "messages";
    assertEquals(told, `${messages} ${noun} ${said[action]}\n`);
    assertEquals(await states(), after, `queue ${action} ${what}`);
  }
});

Deno.test("queue retry: what is named is tried at once, and nothing else", async () => {
  await using peer = later();
  await using site = await siteBefore(peer.port);
  await using server = await site.serve();
  const a = await send(server, ANN, "x@one.test");
  const b = await send(server, STRANGER, "y@two.test");
  const attempts = (id: string) =>
    server.events().filter(({ event, id: of }) =>
      event === "delivery_deferred" && of === id
    ).length;
  let [tries, others] = [1, 1];
  for (
    const what of [
      ...[a, `--sender ${ANN}`, "--recipient x@one.test"],
      ...["--domain one.test", `--sender ${ANN} --domain one.test`],
    ]
  ) {
    assertEquals(
      await site.command(`queue retry ${what}`),
      "1 message to be tried again now\n",
    );
    tries++;
    while (attempts(a) < tries) await pause();
    assertEquals(attempts(b), others);
  }
  assertEquals(
    await site.command("queue retry --all"),
    "2 messages to be tried again now\n",
  );
  [tries, others] = [tries + 1, others + 1];
  while (attempts(a) < tries || attempts(b) < others) await pause();
  peer.script = {};
  await site.command(`queue retry ${b}`);
  await server.event("delivered", (one) => one.id === b);
});

Deno.test("queue flush: all but what is held is tried at once, whether its server was reached before or not", async () => {
  await using peer = later();
  await using gone = new ScriptedPeer("127.0.0.1", 0, { act: () => "close" });
  await using site = await siteBefore(peer.port, gone.port);
  await using server = await site.serve();
  const deferred = await send(server, ANN, "x@one.test");
  const unreached = await send(server, ANN, "x@gone.test");
  const held = await send(server, ANN, "x@two.test");
  await site.command(`queue hold ${held}`);

  peer.script = gone.script = {};
  assertEquals(
    await site.command("queue flush"),
    "2 messages to be tried now\n",
  );
  for (const id of [deferred, unreached]) {
    await server.event("delivered", (one) => one.id === id);
  }
  assertEquals([peer.taken.length, gone.taken.length], [1, 1]);
  assertEquals(
    await site.command("queue flush --json"),
    '{"messages":0}\n',
  );
  await site.command(`queue release ${held}`);
  assertEquals(await site.command("queue flush --json"), '{"messages":1}\n');
  await server.event("delivered", (one) => one.id === held);
  assertEquals(await site.command("queue list"), "");
});

/** A peer that wants all mail to come again. */
function later(): ScriptedPeer {
  return new ScriptedPeer("127.0.0.1", 0, {
    act: (moment) => moment === "RCPT" ? { say: "451 4.7.1 Later" } : undefined,
  });
}

/** A server in front of "one.test" and "two.test" at `port`, and of "gone.test". */
function siteBefore(port: number, gone = 1): Promise<ServeSite> {
  const to = (port: number) => ({ host: "127.0.0.1", port, relay: true });
  return ServeSite.make({
    ...{ domain: "here.test", Accounts: { [ANN]: "secret" } },
    Outbound: {
      Routes: {
        "one.test": to(port),
        "two.test": to(port),
        "gone.test": to(gone),
      },
    },
  });
}

/** Sends a message that is not delivered at once; its id. */
async function send(
  server: Served,
  from: string,
  ...recipients: string[]
): Promise<string> {
  const client = await greetSmtp(server.ports.smtp!);
  const text = "Subject: x\r\n\r\nx\r\n";
  const answer = await sendMessage(client, from, recipients, text);
  client.close();
  const id = /^250 2\.0\.0 .* as (\S+)/.exec(answer)![1]!;
  for (const recipient of recipients) {
    await server.event(
      "delivery_deferred",
      (one) => one.id === id && one.to === `remote:${recipient}`,
    );
  }
  return id;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
