import { assertEquals } from "@std/assert";
import {
  type OfferConditions,
  offered,
  offersPlus,
} from "../../src/sasl/mod.ts";

const BASE: OfferConditions = {
  tls: false,
  hasBinding: false,
  allowPlaintextWithoutTls: false,
  legacy: false,
};
const SCRAM = "SCRAM-SHA-256 SCRAM-SHA-1";
const PLUS = "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS";

const OFFERS: [string, Partial<OfferConditions>, string][] = [
  ["no readable password in clear text", {}, SCRAM],
  ["readable passwords in clear text where configured", {
    allowPlaintextWithoutTls: true,
  }, `${SCRAM} PLAIN LOGIN`],
  ["readable passwords under TLS", { tls: true }, `${SCRAM} PLAIN LOGIN`],
  ["channel binding where the binding is known", {
    tls: true,
    hasBinding: true,
  }, `${PLUS} ${SCRAM} PLAIN LOGIN`],
  ["no channel binding without TLS", { hasBinding: true }, SCRAM],
  ["legacy mechanisms on request, last", { legacy: true }, `${SCRAM} CRAM-MD5`],
  ["only what is switched on", {
    tls: true,
    hasBinding: true,
    legacy: true,
    enabled: new Set(["PLAIN", "CRAM-MD5"]),
  }, "PLAIN CRAM-MD5"],
  ["nothing where nothing is switched on", {
    tls: true,
    enabled: new Set<string>(),
  }, ""],
];

for (const [claim, conditions, names] of OFFERS) {
  Deno.test(`offered() offers ${claim}`, () => {
    const offer = offered({ ...BASE, ...conditions });
    assertEquals(offer.map((mechanism) => mechanism.name).join(" "), names);
  });
}

Deno.test("offersPlus() is true where a -PLUS mechanism is offered", () => {
  assertEquals(offersPlus(offered(BASE)), false);
  assertEquals(
    offersPlus(offered({ ...BASE, tls: true, hasBinding: true })),
    true,
  );
});
