/** A domain that has shown TLS is not spoken to with less. */

import { assertEquals } from "@std/assert";
import { memoryNotebook } from "../../../src/deliver/remote/memory_notebook.ts";
import type { CallResult } from "../../../src/deliver/remote/call.ts";
import type { Protection } from "../../../src/deliver/remote/protection.ts";
import { noteTls, TlsMemory } from "../../../src/deliver/remote/tls_memory.ts";
import { NO_CAPABILITIES } from "../../../src/smtp_client/mod.ts";

const DAY = 24 * 3600 * 1000;

function memoryAt(start: number) {
  let now = start;
  const notebook = memoryNotebook();
  const span = () => 30 * DAY;
  const memory = new TlsMemory({ notebook, now: () => now, span });
  return { memory, notebook, pass: (time: number) => now += time };
}

Deno.test("tls memory: a level rises at once and never falls within the span", () => {
  const { memory, pass } = memoryAt(0);
  memory.saw("example.org", "plain");
  assertEquals(memory.level("example.org"), "plain");
  memory.saw("example.org", "verified");
  pass(DAY);
  memory.saw("example.org", "encrypted");
  memory.saw("example.org", "plain");
  assertEquals(memory.level("example.org"), "verified");
});

Deno.test("tls memory: what was not seen for the span is forgotten", () => {
  const { memory, pass } = memoryAt(0);
  memory.saw("example.org", "verified");
  pass(20 * DAY);
  memory.saw("example.org", "verified");
  pass(20 * DAY);
  assertEquals(memory.level("example.org"), "verified");
  pass(11 * DAY);
  assertEquals(memory.level("example.org"), undefined);
  memory.saw("example.org", "plain");
  assertEquals(memory.level("example.org"), "plain");
});

const route = {
  lane: "mx:example.org",
  domain: "example.org",
  rule: { kind: "mx" },
} as const;
const opportunistic: Protection = {
  kind: "tls",
  judge: { kind: "any" },
  needed: false,
  why: "opportunistic",
};
const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
const peer = { capabilities: NO_CAPABILITIES, offeredTls: true };
const failure = {
  kind: "lost",
  reply: { code: 421, lines: ["gone"] },
  spoken: true,
} as const;

const CONNECTIONS: readonly (readonly [
  string,
  CallResult,
  string | undefined,
  string | undefined,
])[] = [
  [
    "a connection that took a message",
    { tls, report: { peer, transmissions: 1 } },
    "encrypted",
    "successful",
  ],
  [
    "one whose peer proved itself",
    { tls: { ...tls, verified: "pkix" }, report: { peer, transmissions: 1 } },
    "verified",
    "successful",
  ],
  [
    "one that broke off teaches nothing about the level",
    { tls, report: { peer, transmissions: 1, failure } },
    undefined,
    "successful",
  ],
  [
    "RFC 8460 §4.3.1: no STARTTLS",
    {
      report: { peer: { ...peer, offeredTls: false }, transmissions: 1 },
    },
    "plain",
    "starttls-not-supported",
  ],
  [
    "RFC 8460 §4.3.1: a bad certificate",
    { tlsFailure: { kind: "certificate-expired", text: "expired" } },
    undefined,
    "certificate-expired",
  ],
  [
    "a host that was not reached",
    { unreached: { code: 451, lines: ["refused"] } },
    undefined,
    undefined,
  ],
];

for (const [name, result, level, counted] of CONNECTIONS) {
  Deno.test(`tls memory: ${name}`, () => {
    const { memory, notebook } = memoryAt(0);
    const host = "mx.example.org";
    noteTls({ route, host, protection: opportunistic, result }, memory);
    assertEquals(memory.level("example.org"), level);
    const [count] = notebook.counts("1970-01-01");
    assertEquals(count?.result, counted);
  });
}
