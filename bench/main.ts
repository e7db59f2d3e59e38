/**
 * `deno task bench [SCENARIO…] [--rounds N] [--messages N] [--mails N] [--parts P,…] [--folder DIR] [--json FILE]`
 *
 * Measures denomaild, beside Postfix and Dovecot where the project promises a comparison,
 * in one run on one disk: below DIR, or in a temporary folder. The table goes to standard
 * output, all samples as JSON lines to FILE. Ends only what it started.
 */

import { parseArgs } from "@std/cli/parse-args";
import { acceptScenario } from "./accept.ts";
import { handshakeScenario } from "./handshakes.ts";
import { idleScenario } from "./idle.ts";
import { imapScenario } from "./imap.ts";
import { imapIdleScenario } from "./imap_idle.ts";
import { largeScenario } from "./imap_large.ts";
import { outboundScenario } from "./outbound.ts";
import { pop3Scenario } from "./pop3.ts";
import { queuedScenario } from "./queued.ts";
import {
  type Finding,
  isMet,
  jsonLines,
  markdownTable,
  say,
} from "./report.ts";
import { startScenario } from "./start.ts";

const args = parseArgs(Deno.args, {
  string: ["rounds", "messages", "mails", "parts", "folder", "json"],
});
const rounds = Number(args.rounds ?? 5);
const messages = Number(args.messages ?? 3000);
/** Messages of the mailbox in which IMAP is measured, and what is measured there. */
const mails = Number(args.mails ?? 100_000);
const parts = `${args.parts ?? ""}`.split(",").filter((part) => part !== "");

const SCENARIOS: Record<string, (folder: string) => Promise<Finding[]>> = {
  accept: (folder) => acceptScenario(folder, rounds, messages),
  pop3: (folder) => pop3Scenario(folder, rounds),
  idle: idleScenario,
  imap: (folder) => imapScenario(folder, rounds, mails, parts),
  "imap-idle": imapIdleScenario,
  "imap-large": (folder) =>
    largeScenario(folder, rounds, Number(args.mails ?? 1_000_000)),
  start: (folder) => startScenario(folder, Math.max(rounds, 5)),
  handshakes: handshakeScenario,
  outbound: (folder) =>
    outboundScenario(folder, rounds, Number(args.messages ?? 5000)),
  queued: (folder) => queuedScenario(folder, 100_000, Math.min(rounds, 5)),
};

const chosen = args._.length > 0 ? args._.map(String) : Object.keys(SCENARIOS);
for (const name of chosen) {
  if (name in SCENARIOS) continue;
  say(`There is no scenario "${name}"; there are ${Object.keys(SCENARIOS)}`);
  Deno.exit(2);
}

const findings: Finding[] = [];
for (const name of chosen) {
  say(`${name}:`);
  const folder = await Deno.makeTempDir({
    prefix: "denomaild-bench-",
    ...(args.folder !== undefined && { dir: `${args.folder}` }),
  });
  // Postfix and Dovecot deliver and read as another user.
  await Deno.chmod(folder, 0o755);
  try {
    findings.push(...await SCENARIOS[name]!(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
console.log(markdownTable(findings));
if (args.json !== undefined) {
  await Deno.writeTextFile(`${args.json}`, jsonLines(findings));
}
Deno.exit(findings.some((finding) => isMet(finding) === false) ? 1 : 0);
