import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as tls from "node:tls";
import { Certificates, selfSignedCertificate } from "../../src/net/mod.ts";
import { left, Peer, start } from "./harness.ts";

Deno.test("drive() answers pipelined commands together and in order", async () => {
  const { net, port } = start();
  const peer = await Peer.connect(port);
  await peer.send("a\r\nb\r\nc\r\nQUIT\r\n");
  const lines = [];
  for (
    let line = await peer.line();
    line !== undefined;
    line = await peer.line()
  ) lines.push(line);
  assertEquals(lines, ["hello", "echo a", "echo b", "echo c", "bye"]);
  peer.close();
  await net.stop(1000);
});

Deno.test("drive() throws TimedOut into a session whose peer is silent, and a byte now and then wins no time", async () => {
  const { net, port } = start();
  const peer = await Peer.connect(port);
  await peer.line();
  assertEquals(await peer.say("PATIENCE 600"), "ok");
  const dripping = setInterval(() => peer.send("x").catch(() => {}), 100);
  assertEquals(await peer.line(), "too slow");
  assertEquals(await peer.line(), undefined);
  clearInterval(dripping);
  peer.close();
  await net.stop(1000);
});

Deno.test("drive() does not count the server's own work against the peer", async () => {
  const { net, port } = start();
  const peer = await Peer.connect(port);
  await peer.line();
  await peer.say("PATIENCE 300");
  assertEquals(await peer.say("SLEEP 1200"), "awake");
  peer.close();
  await net.stop(1000);
});

Deno.test("a session's bug ends its own connection and no other", async () => {
  const { net, port, log } = start();
  const [bad, good] = [await Peer.connect(port), await Peer.connect(port)];
  await bad.line();
  await good.line();
  assertEquals(await bad.say("THROW"), undefined);
  assertEquals(await good.say("still"), "echo still");
  assertStringIncludes(
    String(
      log.find((line) => line.event === "session_failed")?.fields["error"],
    ),
    "a bug",
  );
  bad.close();
  good.close();
  await net.stop(1000);
});

Deno.test("a peer that reads nothing holds back its own session only", async () => {
  const { net, port } = start();
  const [greedy, other] = [await Peer.connect(port), await Peer.connect(port)];
  await greedy.line();
  await other.line();
  const before = Deno.memoryUsage().rss;
  await greedy.send(`BIG ${400 * 1024 * 1024}\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals(await other.say("there"), "echo there");
  assert(Deno.memoryUsage().rss - before < 100 * 1024 * 1024);
  greedy.close();
  other.close();
  await net.stop(1000);
});

Deno.test("work that takes long ends when its peer is gone, and loses nothing that was sent meanwhile", async () => {
  const { net, port } = start();
  const [staying, leaving] = [
    await Peer.connect(port),
    await Peer.connect(port),
  ];
  await staying.line();
  await leaving.line();
  await leaving.send("LONG 100000\r\n");
  await staying.send("LONG 50\r\n");
  await staying.send("a\r\n");
  leaving.close();
  for (let tries = 0; tries < 1000 && left.length === 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(left.length, 1);
  assertEquals(await staying.line(), "done");
  assertEquals(await staying.line(), "echo a");
  staying.close();
  await net.stop(1000);
});

Deno.test("work that takes long ends when its peer is gone, whatever else that peer had asked for", async () => {
  const { net, port } = start();
  const peer = await Peer.connect(port);
  await peer.line();
  const before = left.length;
  // All of them would take a minute.
  await peer.send("LONG 60\r\n".repeat(1000));
  peer.close();
  for (let tries = 0; tries < 1000 && left.length === before; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(left.length, before + 1);
  await net.stop(1000);
});

Deno.test("stop() lets work in progress end, then says goodbye", async () => {
  const { net, port } = start();
  const [idle, busy] = [await Peer.connect(port), await Peer.connect(port)];
  await idle.line();
  await busy.line();
  await busy.send("SLEEP 300\r\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stopped = net.stop(5000);
  assertEquals(await idle.line(), "closing");
  assertEquals(await busy.line(), "awake");
  assertEquals(await busy.line(), "closing");
  idle.close();
  busy.close();
  await stopped;
  assertEquals(net.connections, 0);
});

Deno.test("a peer that is refused and goes on sending, but never leaves, is left", async () => {
  const { net, port } = start({}, { limits: { total: 3, perPeer: 1 } });
  const served = await Peer.connect(port);
  await served.line();
  const refused = await Peer.connect(port);
  assertEquals(await refused.line(), "busy");
  await refused.send("EHLO\r\n");
  assertEquals(net.connections, 2);
  for (let tries = 0; tries < 1000 && net.connections > 1; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(net.connections, 1);
  refused.close();
  served.close();
  await net.stop(1000);
});

Deno.test("listen() names the port that is taken", () => {
  const { net, port } = start();
  let message = "";
  try {
    start({ port });
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(
    message,
    `Cannot listen on 127.0.0.1 port ${port} for lines: the port is taken`,
  );
  return net.stop(100);
});

Deno.test("one peer gets its share of connections, and the server's total holds", async () => {
  const { net, port } = start({}, { limits: { total: 3, perPeer: 2 } });
  const peers = [await Peer.connect(port), await Peer.connect(port)];
  for (const peer of peers) assertEquals(await peer.line(), "hello");
  const third = await Peer.connect(port);
  assertEquals(await third.line(), "busy");
  assertEquals(await third.line(), undefined);
  third.close();
  await peers[0]!.say("QUIT");
  await peers[0]!.line();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const fourth = await Peer.connect(port);
  assertEquals(await fourth.line(), "hello");
  for (const peer of [...peers, fourth]) peer.close();
  await net.stop(1000);
});

async function certificates(...names: string[]): Promise<Certificates> {
  return new Certificates(
    await Promise.all(
      names.map((name) =>
        selfSignedCertificate([name, "127.0.0.1"], Date.now())
      ),
    ),
  );
}

/** Connects, optionally says STARTTLS, and returns a protected peer. */
async function protectedPeer(
  port: number,
  options: {
    startTls: boolean;
    servername?: string;
    injected?: string;
    maxVersion?: string;
  },
): Promise<
  {
    read: () => Promise<string>;
    write: (text: string) => void;
    socket: tls.TLSSocket;
  }
> {
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  if (options.startTls) {
    await new Promise<void>((resolve) => {
      let text = "";
      socket.on("data", (data) => {
        text += data;
        if (text.includes("go\r\n")) {
          socket.removeAllListeners("data");
          resolve();
        }
      });
      socket.write(`STARTTLS\r\n${options.injected ?? ""}`);
    });
  }
  const secure = tls.connect({
    socket,
    rejectUnauthorized: false,
    ...(options.servername ? { servername: options.servername } : {}),
    ...(options.maxVersion
      ? { maxVersion: options.maxVersion as "TLSv1.2" }
      : {}),
  });
  let text = "";
  let wake = () => {};
  secure.on("data", (data) => {
    text += data;
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    secure.once("secureConnect", () => resolve());
    secure.once("error", reject);
  });
  return {
    socket: secure,
    write: (line) => secure.write(line + "\r\n"),
    read: async () => {
      while (!text.includes("\r\n")) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      const line = text.slice(0, text.indexOf("\r\n"));
      text = text.slice(line.length + 2);
      return line;
    },
  };
}

Deno.test("STARTTLS protects a connection that is open already and forgets what came before", async () => {
  const { net, port } = start({}, {
    certificates: await certificates("a.test"),
  });
  const peer = await protectedPeer(port, {
    startTls: true,
    injected: "INJECTED\r\n",
  });
  peer.write("WHO");
  assertEquals(
    (await peer.read()).replace(/ \d{4,5} /, " port "),
    "127.0.0.1 port TLSv1.3 - 32",
  );
  peer.socket.destroy();
  await net.stop(1000);
});

Deno.test("implicit TLS chooses the certificate by the name that is asked for", async () => {
  const { net, port } = start({ implicitTls: true }, {
    certificates: await certificates("a.test", "b.test"),
  });
  for (
    const [asked, given] of [["b.test", "b.test"], ["a.test", "a.test"], [
      "c.test",
      "a.test",
    ]]
  ) {
    const peer = await protectedPeer(port, {
      startTls: false,
      servername: asked!,
    });
    assertEquals(await peer.read(), "hello");
    assertEquals(peer.socket.getPeerCertificate().subject.CN, given);
    peer.write("WHO");
    assertStringIncludes(await peer.read(), `TLSv1.3 ${asked} 32`);
    peer.socket.destroy();
  }
  await net.stop(1000);
});

Deno.test("TLS 1.2 is spoken", async () => {
  const { net, port } = start({ implicitTls: true }, {
    certificates: await certificates("a.test"),
  });
  const peer = await protectedPeer(port, {
    startTls: false,
    maxVersion: "TLSv1.2",
  });
  assertEquals(await peer.read(), "hello");
  assertEquals(peer.socket.getProtocol(), "TLSv1.2");
  peer.socket.destroy();
  await net.stop(1000);
});

Deno.test("Certificates refuses what is no certificate and no key", () => {
  assertThrows(() =>
    new Certificates([{ certificate: "nonsense", key: "nonsense" }])
  );
});

Deno.test("a handshake that is none ends in a log line and nothing else", async () => {
  const { net, port, log } = start({ implicitTls: true }, {
    certificates: await certificates("a.test"),
  });
  const peer = await Peer.connect(port);
  await peer.send("GET / HTTP/1.0\r\n\r\n");
  await peer.conn.read(new Uint8Array(100)).catch(() => null);
  const buffer = new Uint8Array(100);
  while (await peer.conn.read(buffer).catch(() => null) !== null);
  assert(log.some((line) => line.event === "tls_failed"));
  peer.close();
  await net.stop(1000);
});
