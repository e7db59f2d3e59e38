/** Connections that we open, to servers with good and bad certificates (RFC 7672, RFC 8461 §4.1). */

import { assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { createServer as createPlainServer, type Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { memoryAccounts } from "../../src/accounts/mod.ts";
import {
  type ClientTlsPolicy,
  dial,
  type Dialled,
  selfSignedCertificate,
} from "../../src/net/mod.ts";
import { smtpSession } from "../../src/smtp/mod.ts";
import { type ClientReport, clientSession } from "../../src/smtp_client/mod.ts";
import {
  Disconnected,
  type Link,
  type Session,
  type Wire,
} from "../../src/wire/mod.ts";
import { SmtpClientStage } from "../harness/smtp_client_stage.ts";
import { SmtpStage } from "../harness/smtp_stage.ts";
import { type Issued, makeAuthority } from "./authority.ts";
import { Certificates, start } from "./harness.ts";

const HOST = "mx.example.test";
const DAY = 24 * 3600 * 1000;

const authority = await makeAuthority();
const good = await authority.issue([HOST]);
const misnamed = await authority.issue(["other.example.test"]);
const expired = await authority.issue([HOST], {
  notAfter: new Date(Date.now() - DAY / 2),
});
const strange = await makeAuthority("Another CA");
const foreign = await strange.issue([HOST]);

/** What became of a connection, and what the session read of it. */
interface Told extends Dialled {
  readonly read: string | undefined;
  readonly names: readonly string[];
}

async function listening<T>(
  server: Server,
  run: (port: number) => Promise<T>,
): Promise<T> {
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  try {
    return await run((server.address() as { port: number }).port);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** Connects under TLS to a server that has `issued` and says a line. */
function connect(
  issued: Issued,
  judge: ClientTlsPolicy,
  authorities: readonly string[] = [authority.pem],
  options: TlsOptions = {},
): Promise<Told> {
  const names: string[] = [];
  const server = createServer({
    cert: issued.pem + authority.pem,
    key: issued.key,
    ...options,
  }, (socket) => {
    names.push(String((socket as { servername?: unknown }).servername));
    socket.on("error", () => {});
    socket.end("hello\r\n");
  });
  server.on("tlsClientError", () => {});
  return listening(server, async (port) => {
    let read: string | undefined;
    const dialled = await dial(
      { address: "127.0.0.1", port, implicitTls: true, judge, authorities },
      function* (wire: Wire, _link: Link): Session<void> {
        read = yield* wire.line(100);
      },
    );
    return { ...dialled, read, names };
  });
}

const pkix: ClientTlsPolicy = { kind: "pkix", names: [HOST] };
const dane = (data: Uint8Array): ClientTlsPolicy => ({
  kind: "dane",
  names: [HOST],
  records: [{
    usage: 3,
    selector: 1,
    matching: 1,
    data: new Uint8Array(createHash("sha256").update(data).digest()),
  }],
});
const any: ClientTlsPolicy = { kind: "any", serverName: HOST };

const TABLE: readonly (readonly [
  name: string,
  issued: Issued,
  judge: ClientTlsPolicy,
  /** What proved the peer, "unproven", or why the connection failed. */
  outcome: string,
])[] = [
  ["opportunistic takes any certificate", foreign, any, "unproven"],
  ["opportunistic tells what verified", good, any, "pkix"],
  ["opportunistic takes an expired one", expired, any, "unproven"],
  ["a chain and a name that verify", good, pkix, "pkix"],
  ["another name", misnamed, pkix, "certificate-host-mismatch"],
  ["an expired certificate", expired, pkix, "certificate-expired"],
  ["a foreign authority", foreign, pkix, "certificate-not-trusted"],
  ["DANE: the key", foreign, dane(foreign.spki), "dane"],
  ["DANE: another key", good, dane(foreign.spki), "tlsa-invalid"],
];

for (const [name, issued, judge, outcome] of TABLE) {
  Deno.test(`dial: ${name}`, async () => {
    const { tls, tlsFailure, read } = await connect(issued, judge);
    assertEquals(tlsFailure?.kind ?? tls?.verified ?? "unproven", outcome);
    // Nothing is read from a peer that is not what it has to be.
    assertEquals(read, tlsFailure ? undefined : "hello");
    if (tls) assertMatch(tls.version, /^TLSv1\.[23]$/);
    if (tls) assertMatch(tls.cipher, /^TLS_/);
  });
}

Deno.test("dial: an authority that the operator does not name vouches for nobody", async () => {
  for (const authorities of [[], [strange.pem]]) {
    const { tlsFailure } = await connect(good, pkix, authorities);
    assertEquals(tlsFailure?.kind, "certificate-not-trusted");
  }
  const { tls } = await connect(good, pkix, [strange.pem, authority.pem]);
  assertEquals(tls?.verified, "pkix");
});

Deno.test("dial: the name is sent, of DANE the TLSA base domain (RFC 7672 §8.1)", async () => {
  for (const judge of [any, pkix, dane(good.spki)]) {
    assertEquals((await connect(good, judge)).names, [HOST]);
  }
});

Deno.test("dial: a peer that speaks no TLS is a failed handshake", async () => {
  const server = createPlainServer((socket) => {
    socket.on("error", () => {});
    socket.resume();
    socket.end("220 hello\r\n");
  });
  const dialled = await listening(server, (port) =>
    dial(
      { address: "127.0.0.1", port, implicitTls: true, judge: any },
      function* (): Session<void> {},
    ));
  assertEquals(dialled.tlsFailure?.kind, "validation-failure");
});

Deno.test("dial: TLS 1.0 and 1.1 are no protection (RFC 8996)", async () => {
  const told = await connect(good, any, [], {
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
  });
  assertEquals(told.tlsFailure?.kind, "validation-failure");
  assertEquals(told.read, undefined);
});

Deno.test("dial: a peer that closes in the handshake is a failed one", async () => {
  const server = createPlainServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.destroy());
  });
  const dialled = await listening(server, (port) =>
    dial(
      { address: "127.0.0.1", port, implicitTls: true, judge: any },
      function* (): Session<void> {},
    ));
  assertEquals(dialled.tlsFailure?.kind, "validation-failure");
});

for (const localAddress of [undefined, "127.0.0.1"]) {
  const from = localAddress ?? "any address";
  Deno.test(`dial: a session that is under way upgrades to TLS, from ${from} (RFC 3207)`, async () => {
    const { certificate, key } = await selfSignedCertificate(
      [HOST],
      Date.now(),
    );
    const { net, port } = start({}, {
      certificates: new Certificates([{ certificate, key }]),
    });
    const heard: string[] = [];
    const dialled = await dial(
      {
        ...{ address: "127.0.0.1", port, implicitTls: false },
        judge: pkix,
        authorities: [certificate],
        ...localAddress === undefined ? {} : { localAddress },
      },
      function* (wire: Wire): Session<void> {
        heard.push(yield* wire.line(100));
        wire.sendLine("STARTTLS");
        heard.push(yield* wire.line(100));
        yield* wire.upgrade("tls");
        wire.sendLine("a".repeat(900));
        heard.push(yield* wire.line(1000));
        wire.sendLine("QUIT");
        heard.push(yield* wire.line(100));
      },
    );
    assertEquals(heard, ["hello", "go", `echo ${"a".repeat(900)}`, "bye"]);
    assertEquals(dialled.tls?.verified, "pkix");
    await net.stop(1000);
  });

  Deno.test(`dial: a certificate that is no good ends a session that is under way, from ${from}`, async () => {
    const { certificate, key } = await selfSignedCertificate(
      [HOST],
      Date.now(),
    );
    const { net, port } = start({}, {
      certificates: new Certificates([{ certificate, key }]),
    });
    let ended: unknown;
    const dialled = await dial(
      {
        ...{ address: "127.0.0.1", port, implicitTls: false, judge: pkix },
        ...localAddress === undefined ? {} : { localAddress },
      },
      function* (wire: Wire, link: Link): Session<void> {
        yield* wire.line(100);
        wire.sendLine("STARTTLS");
        yield* wire.line(100);
        try {
          yield* wire.upgrade("tls");
        } catch (error) {
          ended = [error instanceof Disconnected, link.tlsFailure?.kind];
        }
      },
    );
    assertEquals(ended, [true, "certificate-not-trusted"]);
    assertEquals(dialled.tlsFailure?.kind, "certificate-not-trusted");
    await net.stop(1000);
  });
}

Deno.test("dial: our client hands a message to our server over sockets, under TLS", async () => {
  const { certificate, key } = await selfSignedCertificate([HOST], Date.now());
  const stage = new SmtpStage();
  const accounts = memoryAccounts({
    domains: ["example.test"],
    accounts: { "bob@example.test": { password: "secret" } },
  });
  const { net, port } = start({
    session: (wire, link) =>
      smtpSession(wire, link, { ...stage.setting, accounts }),
  }, { certificates: new Certificates([{ certificate, key }]) });
  const client = new SmtpClientStage();
  client.given(["starttls", "required"]);
  client.given(["mail", "a@example.org", "bob@example.test"]);
  client.mails[0]!.content = new Uint8Array(3_000_000).fill(120);
  client.mails[0]!.transmission.size = 3_000_000;
  let report: ClientReport | undefined;
  await dial(
    {
      ...{ address: "127.0.0.1", port, implicitTls: false },
      judge: pkix,
      authorities: [certificate],
    },
    function* (wire: Wire, link: Link): Session<void> {
      report = yield* clientSession(wire, link, client.setting);
    },
  );
  assertEquals(report?.failure, undefined);
  assertEquals(client.mails[0]!.results?.[0]?.kind, "sent");
  const [entry] = stage.spool.spool.entries();
  assertEquals(entry!.size > 3_000_000, true);
  await net.stop(1000);
});

Deno.test("dial: a port that nobody listens on is told in words", async () => {
  const port = await listening(
    createPlainServer(),
    (port) => Promise.resolve(port),
  );
  const dialled = await dial(
    { address: "127.0.0.1", port, implicitTls: false, judge: any },
    function* (): Session<void> {},
  );
  assertMatch(String(dialled.unreached), /refused/i);
});

Deno.test("dial: a connection comes from the address that it is to come from", async () => {
  const seen: (string | undefined)[] = [];
  const server = createPlainServer((socket) => {
    seen.push(socket.remoteAddress);
    socket.end("hello\r\n");
  });
  let read: string | undefined;
  await listening(server, (port) =>
    dial(
      {
        ...{ address: "127.0.0.1", port, implicitTls: false, judge: any },
        localAddress: "127.0.0.1",
      },
      function* (wire: Wire, link: Link): Session<void> {
        assertEquals(link.localAddress, "127.0.0.1");
        read = yield* wire.line(100);
      },
    ));
  assertEquals([seen, read], [["127.0.0.1"], "hello"]);
});

Deno.test("dial: without the right to an address it says so, and nothing is lost", async () => {
  const dialled = await dial(
    {
      ...{ address: "127.0.0.1", port: 1, implicitTls: false, judge: any },
      localAddress: "192.0.2.1",
    },
    function* (): Session<void> {},
  );
  assertMatch(
    String(dialled.unreached),
    /no right to connect from 192\.0\.2\.1/,
  );
});

Deno.test("dial: a signal cuts off a peer that hangs, and lets no other connection begin", async () => {
  const cut = new AbortController();
  const server = createPlainServer((socket) => {
    socket.on("error", () => {});
    socket.write("hello\r\n");
  });
  await listening(server, async (port) => {
    const options = {
      ...{ address: "127.0.0.1", port, implicitTls: false, judge: any },
      signal: cut.signal,
    };
    let read: string | undefined;
    let failure: unknown;
    await dial(options, function* (wire: Wire): Session<void> {
      read = yield* wire.line(100);
      cut.abort();
      try {
        yield* wire.line(100);
      } catch (error) {
        failure = error;
      }
    });
    assertEquals(read, "hello");
    assertEquals(failure instanceof Disconnected, true, String(failure));
    const { unreached } = await dial(options, function* (): Session<void> {});
    assertMatch(String(unreached), /stopping/);
  });
});
