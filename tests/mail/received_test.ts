import { assertEquals } from "@std/assert";
import { latin1Encode, utf8Encode } from "../../src/bytes/mod.ts";
import {
  countReceived,
  formatReceived,
  protocolName,
  readHeader,
  type ReceivedTrace,
} from "../../src/mail/mod.ts";

const TRACE: ReceivedTrace = {
  helo: "client.example.org",
  peerAddress: "192.0.2.1",
  serverName: "mx.example.test",
  protocol: "ESMTP",
  id: "abc-1",
  date: Date.UTC(2003, 6, 1, 8, 52, 37),
};
const DATE = "Tue, 1 Jul 2003 08:52:37 +0000\r\n";

Deno.test("formatReceived() writes the clauses of RFC 5321 §4.4 in their order, within 78 columns", () => {
  const full = formatReceived({
    ...TRACE,
    peerName: "host.example.org",
    protocol: "ESMTPS",
    tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" },
    for: { localPart: "alice", domain: "example.test" },
  });
  assertEquals(
    full,
    "Received: from client.example.org (host.example.org [192.0.2.1])\r\n" +
      " by mx.example.test with ESMTPS id abc-1 (TLSv1.3 TLS_AES_128_GCM_SHA256)\r\n" +
      ` for <alice@example.test>; ${DATE}`,
  );
});

Deno.test("formatReceived() leaves out what is not known", () => {
  assertEquals(
    formatReceived(TRACE),
    "Received: from client.example.org ([192.0.2.1]) by mx.example.test with ESMTP\r\n" +
      ` id abc-1; ${DATE}`,
  );
});

Deno.test("formatReceived() writes literals, and the peer's address for a name that is none", () => {
  const from = (trace: Partial<ReceivedTrace>) =>
    /from (.*?) by/s.exec(formatReceived({ ...TRACE, ...trace }))?.[1];
  const table: [Partial<ReceivedTrace>, string][] = [
    [{ helo: "[192.0.2.9]" }, "[192.0.2.9] ([192.0.2.1])"],
    [{ helo: "[IPv6:2001:DB8::1]" }, "[IPv6:2001:db8::1] ([192.0.2.1])"],
    [
      { peerAddress: "2001:db8::2" },
      "client.example.org ([IPv6:2001:db8::2])",
    ],
    [{ helo: "a b" }, "[192.0.2.1] ([192.0.2.1])"],
    [{ helo: "x\r\nBcc: y" }, "[192.0.2.1] ([192.0.2.1])"],
    [{ helo: "bücher.example" }, "xn--bcher-kva.example ([192.0.2.1])"],
    [{ peerName: "evil) (x" }, "client.example.org ([192.0.2.1])"],
    [{ peerAddress: "nowhere" }, "client.example.org ([0.0.0.0])"],
  ];
  for (const [trace, expected] of table) {
    assertEquals(from(trace), expected, JSON.stringify(trace));
  }
});

Deno.test("formatReceived() names a recipient only in octets that the message may hold (RFC 6531 §3.7.3)", () => {
  const forClause = (protocol: string, localPart: string, domain: string) =>
    / for (.*?);/s.exec(
      formatReceived({ ...TRACE, protocol, for: { localPart, domain } }),
    )?.[1];
  assertEquals(forClause("ESMTP", "a b", "c"), '<"a b"@c>');
  assertEquals(forClause("ESMTP", "ä", "c"), undefined);
  assertEquals(forClause("UTF8SMTP", "ä", "c"), "<ä@c>");
  assertEquals(forClause("ESMTP", "Postmaster", ""), undefined);
});

Deno.test("formatReceived() is one field, whatever it is given", () => {
  const nasty = 'x\r\n\r\n) (";<>';
  const text = formatReceived({
    helo: nasty,
    peerAddress: nasty,
    peerName: nasty,
    serverName: nasty,
    protocol: nasty,
    id: nasty,
    tls: { version: nasty, cipher: nasty },
    date: 0,
  });
  const { fields, fieldsEnd } = readHeader(utf8Encode(text));
  assertEquals([fields.length, fieldsEnd], [1, text.length]);
});

Deno.test("formatReceived() breaks no clause, however long", () => {
  const long = `${"d".repeat(63)}.${"d".repeat(63)}.${"d".repeat(63)}`;
  const text = formatReceived({ ...TRACE, helo: long, serverName: long });
  assertEquals(text.split("\r\n").slice(0, 3), [
    `Received: from ${long}`,
    " ([192.0.2.1])",
    ` by ${long}`,
  ]);
});

Deno.test("protocolName() has the names of RFC 3848 and RFC 6531 §4.3", () => {
  const yes = true;
  const table: [Parameters<typeof protocolName>[0], string][] = [
    [{ extended: false }, "SMTP"],
    [{ extended: false, tls: yes }, "SMTP"],
    [{ extended: yes }, "ESMTP"],
    [{ extended: yes, tls: yes }, "ESMTPS"],
    [{ extended: yes, authenticated: yes }, "ESMTPA"],
    [{ extended: yes, tls: yes, authenticated: yes }, "ESMTPSA"],
    [{ extended: yes, lmtp: yes }, "LMTP"],
    [{ extended: yes, lmtp: yes, tls: yes, authenticated: yes }, "LMTPSA"],
    [{ extended: yes, utf8: yes }, "UTF8SMTP"],
    [{ extended: yes, utf8: yes, tls: yes, authenticated: yes }, "UTF8SMTPSA"],
    [{ extended: yes, utf8: yes, lmtp: yes, tls: yes }, "UTF8LMTPS"],
  ];
  for (const [how, name] of table) assertEquals(protocolName(how), name);
});

Deno.test("countReceived() counts in any case, and no other field", () => {
  const { fields } = readHeader(latin1Encode(
    "Received: a\r\nRECEIVED: b\r\nX-Received: c\r\nSubject: Received: d\r\n\r\nReceived: e\r\n",
  ));
  assertEquals(countReceived(fields), 2);
});
