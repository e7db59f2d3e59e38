/** The same messages for both servers, as each would have written them itself. */

import { generatedBodies, generatedHeader } from "./generated_mail.ts";
import { say } from "./report.ts";

/** nobody, who owns Dovecot's mail. */
const NOBODY = 65534;
/** Bodies that are not the same. */
const BODIES = 5000;
/** Octets of files, before Base64: messages have 2 to 20 KB. */
const FILES = { least: 1000, most: 12_000 };
const FIRST_DATE = Date.UTC(2020, 0, 1) / 1000;
/** Seconds from one message to the next. */
const STEP = 1800;

/** Letters of Maildir's flags: the first 20,000 are new, later ones mostly read. */
function lettersOf(number: number): string {
  const flagged = number % 50 === 7 ? "F" : "";
  return number < 20_000 || number % 10 === 0 ? flagged : `${flagged}S`;
}

/** Fills the Maildir of ours and that of Dovecot; each file has the date of its message. */
export async function fillMailboxes(
  count: number,
  ours: string,
  theirs: string,
): Promise<void> {
  const begun = performance.now();
  for (const path of [ours, theirs]) {
    for (const folder of ["", "/cur", "/new", "/tmp"]) {
      await Deno.mkdir(`${path}${folder}`, { recursive: true });
      if (path === theirs) Deno.chownSync(`${path}${folder}`, NOBODY, NOBODY);
    }
  }
  const bodies = generatedBodies(Math.min(BODIES, count), FILES);
  let octets = 0;
  for (let i = 0; i < count; i++) {
    const text = generatedHeader(i) + bodies[i % bodies.length];
    const lines = text.replaceAll("\r\n", "\n");
    const seconds = FIRST_DATE + i * STEP;
    const letters = lettersOf(i);
    // The generator writes US-ASCII only.
    const [size, less] = [text.length, lines.length];
    Deno.writeTextFileSync(
      `${ours}/cur/${seconds}.Qbench-${i}.host,S=${size},U=${
        i + 1
      }:2,${letters}`,
      text,
    );
    const file =
      `${theirs}/cur/${seconds}.M${i}P1.host,S=${less},W=${size}:2,${letters}`;
    Deno.writeTextFileSync(file, lines);
    Deno.utimeSync(file, seconds, seconds);
    Deno.chownSync(file, NOBODY, NOBODY);
    octets += size;
  }
  say(
    `  ${count} messages of ${
      (octets / count / 1000).toFixed(1)
    } KB for each, ` +
      `in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
}
