/** Certificate chains held against TLSA records (RFC 6698 §2.1, RFC 7672 §3). */

import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import type { TlsaRecord } from "../../src/net/mod.ts";
import { daneFault } from "../../src/net/dane.ts";
import { makeAuthority } from "./authority.ts";

const HOST = "mx.example.test";
const DAY = 24 * 3600 * 1000;

const authority = await makeAuthority();
const stranger = await makeAuthority("Another CA");
const leaf = await authority.issue([HOST]);
const other = await authority.issue(["other.example.test"]);
const wild = await authority.issue(["*.example.test"]);
const deep = await authority.issue(["*.test"]);
const old = await authority.issue([HOST], {
  notAfter: new Date(Date.now() - DAY / 2),
});

function digest(kind: "sha256" | "sha512", octets: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(kind).update(octets).digest());
}

function record(
  usage: number,
  selector: number,
  matching: number,
  octets: Uint8Array,
): TlsaRecord {
  const kinds = { 1: "sha256", 2: "sha512" } as const;
  const kind = kinds[matching as 1 | 2];
  const data = kind === undefined ? octets : digest(kind, octets);
  return { usage, selector, matching, data };
}

const CHAIN = [leaf.der, authority.der];

const TABLE: readonly (readonly [
  name: string,
  chain: readonly Uint8Array[],
  records: readonly TlsaRecord[],
  fault: ReturnType<typeof daneFault>,
])[] = [
  ["3 1 1: the key", CHAIN, [record(3, 1, 1, leaf.spki)], undefined],
  ["3 1 2", CHAIN, [record(3, 1, 2, leaf.spki)], undefined],
  ["3 1 0", CHAIN, [record(3, 1, 0, leaf.spki)], undefined],
  ["3 0 1: the certificate", CHAIN, [record(3, 0, 1, leaf.der)], undefined],
  ["3 0 0", CHAIN, [record(3, 0, 0, leaf.der)], undefined],
  [
    "a wrong digest",
    CHAIN,
    [record(3, 1, 1, other.spki)],
    "tlsa-invalid",
  ],
  [
    "usage 3 means the peer's own certificate, not its issuer's",
    CHAIN,
    [record(3, 1, 1, authority.spki)],
    "tlsa-invalid",
  ],
  [
    "RFC 7672 §3.1.1: usage 3 asks for no name",
    [other.der, authority.der],
    [record(3, 1, 1, other.spki)],
    undefined,
  ],
  [
    "RFC 7672 §3.1.1: nor for a date",
    [old.der, authority.der],
    [record(3, 1, 1, old.spki)],
    undefined,
  ],
  ["2 0 1: the anchor", CHAIN, [record(2, 0, 1, authority.der)], undefined],
  ["2 1 1", CHAIN, [record(2, 1, 1, authority.spki)], undefined],
  [
    "RFC 7672 §3.1.2: the anchor must be in the chain",
    [leaf.der],
    [record(2, 0, 1, authority.der)],
    "tlsa-invalid",
  ],
  [
    "an anchor that did not sign",
    [leaf.der, stranger.der],
    [record(2, 0, 1, stranger.der)],
    "tlsa-invalid",
  ],
  [
    "a leaf that only says who its issuer is",
    [other.der, stranger.der, authority.der],
    [record(2, 0, 1, stranger.der)],
    "tlsa-invalid",
  ],
  [
    "usage 2 asks for a name",
    [other.der, authority.der],
    [record(2, 1, 1, authority.spki)],
    "certificate-host-mismatch",
  ],
  [
    "RFC 7672 §3.2.3: a wildcard is the name, too",
    [wild.der, authority.der],
    [record(2, 1, 1, authority.spki)],
    undefined,
  ],
  [
    "RFC 7672 §3.2.3: a wildcard stands for one label",
    [deep.der, authority.der],
    [record(2, 1, 1, authority.spki)],
    "certificate-host-mismatch",
  ],
  [
    "usage 2 asks for dates",
    [old.der, authority.der],
    [record(2, 1, 1, authority.spki)],
    "certificate-expired",
  ],
  [
    "RFC 7672 §3.1.3: usages 0 and 1 prove nothing",
    CHAIN,
    [record(0, 1, 1, authority.spki), record(1, 1, 1, leaf.spki)],
    "tlsa-invalid",
  ],
  [
    "one record of several is enough",
    CHAIN,
    [record(3, 1, 1, other.spki), record(3, 1, 1, leaf.spki)],
    undefined,
  ],
  ["no certificate", [], [record(3, 1, 1, leaf.spki)], "tlsa-invalid"],
  [
    "octets that are no certificate",
    [new Uint8Array(100)],
    [record(3, 0, 0, new Uint8Array(100))],
    "tlsa-invalid",
  ],
];

for (const [name, chain, records, fault] of TABLE) {
  Deno.test(`dane: ${name}`, () => {
    assertEquals(daneFault(chain, records, [HOST], Date.now()), fault);
  });
}
