/** What connections are protected with, as a table of decisions. */

import { assertEquals } from "@std/assert";
import {
  type Facts,
  type Protection,
  protectionFor,
} from "../../../src/deliver/remote/protection.ts";

const NOTHING: Facts = {
  host: "mx.example.org",
  hostIsSecure: false,
  rule: "auto",
  wish: "none",
  dane: { kind: "none" },
  sts: "none",
  remembered: undefined,
};

const record = {
  usage: 3,
  selector: 1,
  matching: 1,
  data: new Uint8Array(32),
};
const dane = {
  kind: "records",
  records: [record],
  names: ["mx.example.org", "example.org"],
} as const;

/** "dane needed", "any", "plain", "unusable 451": as short as a decision can be told. */
function told(protection: Protection): string {
  switch (protection.kind) {
    case "plain":
      return `plain (${protection.why})`;
    case "unusable":
      return `unusable ${protection.reply.code} (${protection.why})`;
    case "tls": {
      const need = protection.needed ? "needed" : "if it can be had";
      return `${protection.judge.kind} ${need} (${protection.why})`;
    }
  }
}

const TABLE: readonly (readonly [string, Partial<Facts>, string])[] = [
  [
    "a domain that publishes nothing",
    {},
    "any if it can be had (opportunistic)",
  ],
  ["RFC 7672: TLSA records", { dane }, "dane needed (dane)"],
  [
    "RFC 7672 §2.2: none that can be used",
    { dane: { kind: "unusable" } },
    "any needed (dane)",
  ],
  ["RFC 8461 §5: enforce", { sts: "enforced" }, "pkix needed (sts)"],
  [
    "RFC 8461 §5: testing changes nothing",
    { sts: "testing" },
    "any if it can be had (opportunistic)",
  ],
  [
    "RFC 8461 §4.1: a host not in the policy",
    { sts: "refused" },
    "unusable 451 (sts)",
  ],
  [
    "RFC 8461 §2: DANE goes first",
    { dane, sts: "refused" },
    "dane needed (dane)",
  ],
  [
    "a policy stands beside records that cannot be used",
    { dane: { kind: "unusable" }, sts: "enforced" },
    "pkix needed (sts)",
  ],
  ["encrypted before", { remembered: "encrypted" }, "any needed (remembered)"],
  ["verified before", { remembered: "verified" }, "pkix needed (remembered)"],
  [
    "plain before",
    { remembered: "plain" },
    "any if it can be had (opportunistic)",
  ],
  [
    "the operator insists on less than the domain has shown",
    { rule: "encrypted", remembered: "verified" },
    "pkix needed (remembered)",
  ],
  ["the operator insists", { rule: "verified" }, "pkix needed (rule)"],
  ["the operator insists on TLS", { rule: "encrypted" }, "any needed (rule)"],
  [
    "DANE is as good as verified",
    { rule: "verified", dane },
    "dane needed (dane)",
  ],
  [
    "the operator never insists",
    { rule: "any", dane, sts: "enforced", remembered: "verified" },
    "any if it can be had (rule)",
  ],
  ["the operator does without", { rule: "never", dane }, "plain (rule)"],
  ["RFC 8689: DANE", { wish: "demanded", dane }, "dane needed (requiretls)"],
  [
    "RFC 8689: a proven host",
    { wish: "demanded", hostIsSecure: true },
    "pkix needed (requiretls)",
  ],
  [
    "RFC 8689: a policy",
    { wish: "demanded", sts: "enforced" },
    "pkix needed (requiretls)",
  ],
  [
    "RFC 8689: nothing proves the host",
    { wish: "demanded" },
    "unusable 550 (requiretls)",
  ],
  [
    "RFC 8689 §3: the sender waives what the domain publishes",
    { wish: "waived", dane, sts: "enforced", remembered: "verified" },
    "any if it can be had (waived)",
  ],
  [
    "RFC 8689 outranks the operator",
    { wish: "demanded", rule: "never" },
    "unusable 550 (requiretls)",
  ],
];

for (const [name, facts, expected] of TABLE) {
  Deno.test(`protection: ${name}`, () => {
    assertEquals(told(protectionFor({ ...NOTHING, ...facts })), expected);
  });
}
