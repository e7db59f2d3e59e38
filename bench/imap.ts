/**
 * IMAP beside Dovecot: one run, one disk, the same messages, one client for both. What
 * takes milliseconds is measured in turns.
 *
 * Dovecot runs with its defaults, its syncs (`mail_fsync = optimized`) included; its
 * limits of connections are raised, and its login processes are shared, which helps it.
 */

import { RawImapClient } from "../tests/harness/raw_imap_client.ts";
import { type RunningServer, startServer } from "../tests/harness/server.ts";
import { type Dovecot, DOVECOT_PASSWORD, startDovecot } from "./dovecot.ts";
import { fillMailboxes } from "./imap_mailboxes.ts";
import { liftWatchLimit } from "./inotify.ts";
import { ROWS } from "./imap_rows.ts";
import { COUNT, sessionRows } from "./imap_sessions.ts";
import { descendantsOf, sharedMemoryOf, waitUntilIdle } from "./programs.ts";
import { type Finding, median, say } from "./report.ts";

/** One of the two servers. */
export interface Contestant {
  readonly name: "denomaild" | "Dovecot";
  readonly ports: Readonly<Record<"imap" | "imaps" | "lmtp", number>>;
  readonly user: string;
  readonly password: string;
  /** PEM text of what signed its certificate. */
  readonly ca: string;
  /** Kilobytes, of all its processes. */
  readonly memory: () => Promise<number>;
}

export type Pair = readonly [ours: Contestant, theirs: Contestant];

/** Something to be measured. */
export interface Row {
  readonly what: string;
  /** Ours may take so many times what Dovecot takes; absent where nothing is promised. */
  readonly target?: number;
  /** Times at most: some take long. */
  readonly most?: number;
  /** A mailbox is open; what is done before each turn is not measured. */
  readonly prepare?: (client: RawImapClient, round: number) => Promise<unknown>;
  /** What it returns must be the same for both. */
  readonly run: (
    client: RawImapClient,
    round: number,
    contestant: Contestant,
  ) => Promise<unknown>;
}

const USER = "alice@example.test";
const PARTS = ["cold", "read", "search", "write", "sessions"] as const;

/** @param parts All where none is named. */
export async function imapScenario(
  folder: string,
  rounds: number,
  count: number,
  parts: readonly string[] = [],
): Promise<Finding[]> {
  const chosen = PARTS.filter((part) =>
    parts.length === 0 || parts.includes(part)
  );
  const data = `${folder}/ours`;
  // The first start makes accounts and a certificate; Dovecot uses it, too.
  await (await startServer(data)).stop();
  await nameMailboxesInAddresses(`${data}/conf/denomaild.conf`);
  const mail = `${folder}/dovecot/mail`;
  await fillMailboxes(count, `${data}/mail/example.test/alice`, mail);
  let server = await startServer(data);
  const watches = await liftWatchLimit(2 * COUNT);
  try {
    const { accounts, ca } = server.ready;
    const certificate = await Deno.readTextFile(ca);
    const dovecot = await startDovecot(`${folder}/dovecot`, mail, {
      tls: {
        certificate: ca,
        key: ca.replace(/certificate\.pem$/, "key.pem"),
      },
      // Without watchers it has to look; more often it cannot.
      ...(watches.isEnough ? {} : { idleCheck: 1 }),
    });
    try {
      const pair = (): Pair => [
        besideDovecot(server, accounts[0]!.password, certificate),
        besideUs(dovecot, certificate),
      ];
      const findings = await measureAll(pair(), server.pid, rounds, chosen);
      if (chosen.includes("sessions")) {
        // A server of its own: what others' commands left to the collector is no session's.
        await server.stop();
        server = await startServer(data);
        await waitUntilIdle(server.pid);
        findings.push(...await sessionRows(pair(), rounds));
      }
      return findings;
    } finally {
      await dovecot.stop();
    }
  } finally {
    await watches.restore();
    await server.stop();
  }
}

/** alice+lists@ is for the mailbox "lists". */
async function nameMailboxesInAddresses(configuration: string): Promise<void> {
  const text = await Deno.readTextFile(configuration);
  const start = text.indexOf("{") + 1;
  await Deno.writeTextFile(
    configuration,
    `${text.slice(0, start)}\n  "details": "existing",${text.slice(start)}`,
  );
}

function besideDovecot(
  { ready, pid }: RunningServer,
  password: string,
  ca: string,
): Contestant {
  return {
    ...{ name: "denomaild", ports: ready.ports, ca, user: USER, password },
    memory: () => sharedMemoryOf([pid]),
  };
}

function besideUs({ ports, pid }: Dovecot, ca: string): Contestant {
  return {
    ...{ name: "Dovecot", ports, ca, user: USER, password: DOVECOT_PASSWORD },
    memory: async () => sharedMemoryOf([pid, ...await descendantsOf(pid)]),
  };
}

async function measureAll(
  pair: Pair,
  pid: number,
  rounds: number,
  parts: readonly (typeof PARTS[number])[],
): Promise<Finding[]> {
  const clients: RawImapClient[] = [];
  for (const contestant of pair) {
    const client = await enter(contestant);
    clients.push(client);
    const begun = performance.now();
    await client.ok("SELECT INBOX");
    say(`  ${contestant.name}: first SELECT ${since(begun)}`);
  }
  const findings: Finding[] = [];
  let rested = false;
  for (const part of parts) {
    if (part === "sessions") continue;
    if (part !== "cold" && !rested) {
      const begun = performance.now();
      await waitUntilIdle(pid);
      rested = true;
      say(
        `  denomaild: at rest, with what it finds out in advance, ${
          since(begun)
        }`,
      );
    }
    for (const row of ROWS[part]) {
      findings.push(await measure(row, pair, clients, rounds));
    }
  }
  for (const client of clients) client.close();
  return findings;
}

function since(begun: number): string {
  return `after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
}

/** A session that has logged in. */
export async function enter(contestant: Contestant): Promise<RawImapClient> {
  const client = await RawImapClient.connect(contestant.ports.imap);
  await client.login(contestant.user, contestant.password);
  return client;
}

async function measure(
  row: Row,
  pair: Pair,
  clients: readonly RawImapClient[],
  rounds: number,
): Promise<Finding> {
  const samples: number[][] = [[], []];
  for (let round = 0; round < Math.min(rounds, row.most ?? rounds); round++) {
    const results: unknown[] = [];
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const client = clients[i]!;
      await row.prepare?.(client, round);
      const begun = performance.now();
      results[i] = await row.run(client, round, pair[i]!);
      samples[i]!.push(performance.now() - begun);
    }
    if (JSON.stringify(results[0]) !== JSON.stringify(results[1])) {
      say(
        `  "${row.what}" has other results: ${JSON.stringify(results)}`.slice(
          0,
          500,
        ),
      );
    }
  }
  const [ours, theirs] = samples as [number[], number[]];
  say(
    `  ${row.what}: ${median(ours).toFixed(1)} ms, ` +
      `Dovecot ${median(theirs).toFixed(1)} ms`,
  );
  return {
    ...{ scenario: "imap", what: row.what, unit: "ms", ours, theirs },
    beside: "Dovecot",
    ...(row.target !== undefined && {
      target: { of: "ratio", at: "most", value: row.target },
    }),
  };
}
