/** imapflow: all that it speaks, under STARTTLS and implicit TLS. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  assertSameOctets,
  byteString,
  latin1,
  type Login,
  type Scene,
  withServer,
} from "./maildrop.ts";
import { SAMPLES, UNFINISHED } from "./messages.ts";
import { mustRun, runProgram } from "./programs.ts";

/** What `imapflow_client.ts` is told. */
export interface ImapFlowJob {
  readonly host: string;
  readonly port: number;
  readonly lmtp: number;
  readonly secure: boolean;
  readonly ca: string;
  readonly user: string;
  readonly password: string;
  /** In Base64. */
  readonly samples: readonly string[];
}

const SCRIPT = new URL("imapflow_client.ts", import.meta.url).pathname;
const MESSAGES = [...SAMPLES, UNFINISHED];
const FLAGS = [
  ...["run", "--no-prompt", "--allow-read", "--allow-env"],
  ...["--allow-sys=hostname", "--allow-net=127.0.0.1"],
];

function jobOf(
  { ready: { host, ports, ca } }: Scene,
  port: "imap" | "imaps",
  { address, password }: Login,
): ImapFlowJob {
  return {
    ...{ host, ca, port: ports[port], lmtp: ports.lmtp, password },
    secure: port === "imaps",
    user: address,
    samples: MESSAGES.map(({ text }) => latin1(text).toBase64()),
  };
}

async function imapflow(run: typeof runProgram, job: ImapFlowJob) {
  const stdin = JSON.stringify(job);
  const { stdout } = await run(Deno.execPath(), [...FLAGS, SCRIPT], { stdin });
  return JSON.parse(new TextDecoder().decode(stdout));
}

for (const port of ["imap", "imaps"] as const) {
  const tls = port === "imap" ? "STARTTLS" : "TLS";
  Deno.test(`imapflow under ${tls}: a day of a client`, async (t) => {
    await withServer(t, async (scene, step) => {
      const { alice } = scene;
      const found = await imapflow(mustRun, jobOf(scene, port, alice));
      const count = MESSAGES.length;
      const all = Array.from({ length: count }, (_, i) => i + 1);

      await step(
        "it logs in, compresses, and enables what it knows",
        () => {
          assertEquals(found.secure, true);
          assertEquals(found.compresses, true);
          for (const word of ["CONDSTORE", "UTF8=ACCEPT"]) {
            assertStringIncludes(`${found.enabled}`, word);
          }
          assertEquals(found.namespace, { prefix: "", delimiter: "/" });
          assertEquals(found.quota.path, "INBOX");
        },
      );

      await step(
        "mailboxes: names, special uses, a hundred, a tree",
        () => {
          assertEquals(found.mailboxes, {
            specialUses: {
              INBOX: "\\Inbox",
              Archive: "\\Archive",
              Drafts: "\\Drafts",
              Junk: "\\Junk",
              Sent: "\\Sent",
              Trash: "\\Trash",
            },
            ...{ hasFolder: true, many: 100, renamed: 100 },
          });
        },
      );

      await step("what it appends comes back byte for byte", () => {
        const { messages } = found;
        assertEquals(messages.uids, all);
        assertEquals(messages.uidNext, count + 1);
        assertEquals(messages.keepsKeywords, true);
        for (const [i, { name, text }] of MESSAGES.entries()) {
          const source = Uint8Array.fromBase64(messages.sources[i]);
          assertSameOctets(byteString(source), text);
          assertEquals(messages.sizes[i], text.length);
          assertEquals(messages.subjects[i], name);
          assertEquals(messages.types[i], "text/plain");
          assertEquals(messages.flags[i], ["$Label1", "\\Flagged"]);
          assertEquals(messages.dates[i], "2020-02-03T04:05:06.000Z");
        }
        const streamed = Uint8Array.fromBase64(messages.streamed);
        assertSameOctets(byteString(streamed), MESSAGES[0]!.text);
      });

      await step("flags, SEARCH, COPY, MOVE and EXPUNGE", () => {
        const withLine = MESSAGES.flatMap(({ text }, i) =>
          text.includes("one line") ? [i + 1] : []
        );
        const dots = MESSAGES.flatMap(({ text }, i) =>
          text.includes("Subject: dots") ? [i + 1] : []
        );
        assertEquals(found.changes, {
          ...{ seen: [1, 2], subject: dots, body: withLine, since: count },
          ...{ copied: [[1, 1]], moved: [[2, 2]] },
          ...{ left: count - 2, other: 2 },
        });
        assertEquals(found.condstore, 1);
      });

      await step("IDLE hears of a delivery, and of an expunge", () => {
        assertEquals(found.idling, { count: 1, expunged: 1 });
      });

      await step("QRESYNC tells what changed and what vanished", () => {
        const { uids, vanished, flagged } = found.resync;
        assertEquals(uids.length, 2);
        assertEquals(vanished, [uids[0]]);
        assertEquals(flagged, [[uids[1], "\\Seen"]]);
      });

      await step("a wrong password is refused", async () => {
        const job = jobOf(scene, port, { ...alice, password: "wrong" });
        const { code } = await imapflow(runProgram, job);
        assertEquals(code, "AUTHENTICATIONFAILED");
      });
    });
  });
}
