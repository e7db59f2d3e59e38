import { assertEquals } from "@std/assert";
import {
  NO_CAPABILITIES,
  parseCapabilities,
} from "../../src/smtp_client/mod.ts";

const none = { ...NO_CAPABILITIES, extended: true };

const TABLE: readonly (readonly [string[], object])[] = [
  [[], {}],
  [["PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"], {
    pipelining: true,
    eightBitMime: true,
    smtputf8: true,
    chunking: true,
    binaryMime: true,
  }],
  [["dsn", "RequireTLS", "starttls", "ENHANCEDSTATUSCODES"], {
    dsn: true,
    requireTls: true,
    startTls: true,
    enhancedStatusCodes: true,
  }],
  [["SIZE"], { size: 0 }],
  [["SIZE 0"], { size: 0 }],
  [["SIZE 52428800"], { size: 52428800 }],
  [["SIZE -1"], { size: 0 }],
  [["SIZE 99999999999999999999"], { size: 1e20 }],
  [["SIZE 999999999999999999999"], { size: 0 }],
  [["AUTH plain Login"], { auth: ["PLAIN", "LOGIN"] }],
  [["AUTH=LOGIN PLAIN", "AUTH PLAIN CRAM-MD5"], {
    auth: ["LOGIN", "PLAIN", "CRAM-MD5"],
  }],
  [["AUTH"], {}],
  [["LIMITS RCPTMAX=100 mailmax=5 RCPTDOMAINMAX=1 X=2"], {
    limits: { rcptMax: 100, mailMax: 5, rcptDomainMax: 1 },
  }],
  [["LIMITS RCPTMAX=0 MAILMAX= RCPTDOMAINMAX=-1 =5"], {}],
  [["FUTURERELEASE 864000 2030-01-01T00:00:00Z"], {
    futureRelease: { interval: 864000 },
  }],
  [["FUTURERELEASE"], {}],
  [["DELIVERBY"], { deliverBy: { minimum: 0 } }],
  [["DELIVERBY 240"], { deliverBy: { minimum: 240 } }],
  [["MT-PRIORITY"], { priority: "" }],
  [["MT-PRIORITY mixer"], { priority: "MIXER" }],
  [["constructor", "__proto__ x", "toString", "", " ", "8BITMIMEX"], {}],
];

for (const [lines, expected] of TABLE) {
  Deno.test(`parseCapabilities(${JSON.stringify(lines)})`, () => {
    assertEquals(parseCapabilities(["mx.example.org", ...lines]), {
      ...none,
      ...expected,
    });
  });
}

Deno.test("parseCapabilities() takes the first line for a name, whatever it is", () => {
  assertEquals(parseCapabilities(["PIPELINING"]), none);
});
