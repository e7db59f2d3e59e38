/** Nothing is announced without a script that shows it kept. */

import { assertEquals } from "@std/assert";
import { extensions } from "../../src/imap/extensions.ts";
import { commands } from "../../src/imap/commands.ts";
import { listTranscripts } from "../harness/list_transcripts.ts";

Deno.test("every extension is claimed by a transcript that names its RFC", async () => {
  const claims = (await listTranscripts())
    .filter(({ protocol }) => protocol === "imap")
    .map(({ claim }) => claim).join("\n");
  // "RFC 3516, 8474" names both.
  const isClaimed = (rfc: string) =>
    claims.includes(rfc) ||
    new RegExp(`RFC [^:]*\\b${/\d+/.exec(rfc)}\\b`).test(claims);
  const missing = extensions.map(({ rfc }) => rfc)
    .filter((rfc) => !isClaimed(rfc));
  assertEquals([...new Set(missing)], []);
});

Deno.test("every command is said in a transcript, and refused in one", async () => {
  const scripts = (await listTranscripts())
    .filter(({ protocol }) => protocol === "imap");
  const said = new Set<string>();
  const refused = new Set<string>();
  const names = new Map<string, string>();
  for (const { steps } of scripts) {
    for (const step of steps) {
      if (step.kind === "send") {
        const [, tag, name] =
          /^(?:\\r\\n)?(\S+) ((?:UID )?[A-Za-z]+)/.exec(step.text) ?? [];
        if (tag === undefined || name === undefined) continue;
        const known = name.toUpperCase();
        if (!commands.has(known)) continue;
        said.add(known);
        names.set(tag, known);
      } else if (step.kind === "hear") {
        const tag = /^(\S+) (?:BAD|NO)\b/.exec(step.text)?.[1];
        const name = tag === undefined ? undefined : names.get(tag);
        if (name !== undefined) refused.add(name);
      }
    }
  }
  const all = [...commands.keys()];
  assertEquals(all.filter((name) => !said.has(name)), []);
  assertEquals(all.filter((name) => !refused.has(name)), []);
});
