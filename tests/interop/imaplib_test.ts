/** Python's imaplib: all that it speaks, under STARTTLS and implicit TLS. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  assertSameOctets,
  byteString,
  latin1,
  type Login,
  type Scene,
  withServer,
} from "./maildrop.ts";
import { SAMPLES } from "./messages.ts";
import { mustRun } from "./programs.ts";

const SCRIPT = new URL("imap_client.py", import.meta.url).pathname;
const COUNT = SAMPLES.length;

interface Found {
  readonly error?: string;
  readonly capabilities: string[];
  readonly namespace: string;
  readonly quota: number;
  readonly listed: string[];
  readonly subscribed: boolean;
  readonly selected: number;
  readonly messages: string[];
  readonly sizes: number[];
  readonly flags: string[];
  readonly dates: number[];
  readonly when: number;
  readonly seen: string[];
  readonly subject: string[];
  readonly charset: string[];
  readonly sorted: string[];
  readonly threads: number;
  readonly expunged: string[];
  readonly status: string;
  readonly left: number;
  readonly idle: string;
  readonly bye: string;
}

async function imaplib(
  { ready: { host, ports, ca } }: Scene,
  tls: "starttls" | "implicit",
  mechanism: string,
  { address, password }: Login,
): Promise<Found> {
  const stdin = JSON.stringify({
    ...{ host, ca, tls, mechanism, password, user: address },
    port: tls === "implicit" ? ports.imaps : ports.imap,
    lmtp: ports.lmtp,
    samples: SAMPLES.map(({ text }) => latin1(text).toBase64()),
  });
  const { stdout } = await mustRun("python3", [SCRIPT], { stdin });
  return JSON.parse(new TextDecoder().decode(stdout)) as Found;
}

function check(found: Found): void {
  assertEquals(found.error, undefined);
  assertStringIncludes(found.capabilities.join(" "), "IMAP4REV1");
  assertEquals(found.namespace, '(("" "/")) NIL NIL');
  assertEquals(found.quota, 2);
  const listed = found.listed.join("\n");
  assertStringIncludes(listed, '"Entw&APw-rfe &ZeVnLIqe-"');
  assertMatch(listed, /\\Sent\b[^\n]* "Sent"$/m);
  assertEquals(found.subscribed, true);
  assertEquals(found.selected, COUNT);
  for (const [i, { text }] of SAMPLES.entries()) {
    const message = byteString(Uint8Array.fromBase64(found.messages[i]!));
    assertSameOctets(message, text);
  }
  assertEquals(found.sizes, SAMPLES.map(({ text }) => text.length));
  assertEquals(found.dates, [found.when]);
}

function checkChanges(found: Found): void {
  assertEquals(found.seen, ["1", "2"]);
  const numbers = (what: string) =>
    SAMPLES.flatMap(({ text }, i) => text.includes(what) ? [`${i + 1}`] : []);
  assertEquals(found.subject, numbers("Subject: dots"));
  assertEquals(found.charset, numbers("gr\xc3\xbc\xc3\x9fe"));
  assertEquals(found.sorted, numbers("Subject: big"));
  assertEquals(found.threads, COUNT);
  // The moved one, and the deleted one.
  assertEquals(found.expunged, ["3", "1"]);
  assertMatch(found.status, /^"Kopien" \(MESSAGES 3 UNSEEN 1 UIDNEXT 4\)$/);
  assertEquals(found.left, COUNT - 2);
  assertEquals(found.idle, "* 1 EXISTS");
  assertEquals(found.bye, "BYE");
}

Deno.test("imaplib: a day of a client", async (t) => {
  await withServer(t, async (scene, step) => {
    for (const tls of ["starttls", "implicit"] as const) {
      for (const mechanism of ["LOGIN", "PLAIN", "CRAM-MD5"]) {
        await step(`${tls}, ${mechanism}`, async () => {
          const found = await imaplib(scene, tls, mechanism, scene.alice);
          check(found);
          checkChanges(found);
        });

        await step(`${tls}, ${mechanism}, wrong password`, async () => {
          const wrong = { ...scene.alice, password: "wrong" };
          const { error } = await imaplib(scene, tls, mechanism, wrong);
          assertMatch(error ?? "", /AUTHENTICATIONFAILED/);
        });
      }
    }
  });
});
