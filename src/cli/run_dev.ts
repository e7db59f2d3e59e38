/**
 * `dev`, in the worker: a server on loopback with demo accounts, to try things with.
 *
 * Its configuration is an ordinary folder, `<data>/conf`, made at first use and kept:
 * it may be edited, and `denomaild user add --config <data>/conf …` works beside it.
 *
 * @module
 */

import {
  type Configuration,
  type ListenerName,
  listenerPorts,
} from "../config/mod.ts";
import { selfSignedCertificate } from "../net/mod.ts";
import type { Server } from "../server.ts";
import type { Plan } from "./confine.ts";
import type { Running } from "./confined.ts";
import { type LoadedPlan, loadPlan, serveWith } from "./run_serve.ts";

type DevPlan = Extract<Plan, { kind: "dev" }>;

const HOST = "127.0.0.1";
const DOMAIN = "example.test";

/** Starts the server, tells how to use it, and writes the ready file. */
export async function runDev(plan: DevPlan): Promise<Running> {
  const tidy = async () => {
    if (plan.temporary) await Deno.remove(plan.data, { recursive: true });
  };
  try {
    const { reload, stop } = await start(plan);
    return { reload, stop: () => stop().finally(tidy) };
  } catch (error) {
    await tidy();
    throw error;
  }
}

async function start({ data, portBase, readyFile }: DevPlan): Promise<Running> {
  const config = `${data}/conf`;
  await makeConfiguration(config);
  const load = async () => onLoopback(await loadPlan(config), portBase);
  const first = await load();
  return await serveWith(first, data, load, async (server) => {
    const facts = factsOf(server, first.configuration, data);
    console.log(instructions(facts, config));
    if (readyFile !== undefined) {
      await writeAtomically(readyFile, JSON.stringify(facts));
    }
  });
}

const DEV_CONFIGURATION =
  `# The demonstration server's configuration, made by "denomaild dev". It may be edited.
{
  "server_name": "mail.${DOMAIN}",
  "domain": "${DOMAIN}",
  "postmaster": "alice@${DOMAIN}",
  "Accounts": {
    # CRAM-MD5 and APOP work for alice only.
    "alice@${DOMAIN}": { "password": "wonderland", "legacy": true },
    "bob@${DOMAIN}": "the-builder"
  },
  "TLS": {
    "certificate_file": "certificate.pem",
    "certificate_key_file": "key.pem"
  },
  # The server listens on loopback only: passwords in the clear harm nobody.
  "SMTP": { "allow_plaintext_auth": true },
  "POP3": { "allow_plaintext_auth": true },
  "IMAP": { "allow_plaintext_auth": true },
  "Log": { "format": "text" }
}
`;

async function makeConfiguration(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await writeNew(`${folder}/denomaild.conf`, () => DEV_CONFIGURATION);
  const made = await exists(`${folder}/certificate.pem`) &&
    await exists(`${folder}/key.pem`);
  if (made) return;
  const names = [`mail.${DOMAIN}`, "localhost", HOST, "::1"];
  const { certificate, key } = await selfSignedCertificate(names, Date.now());
  await Deno.writeTextFile(`${folder}/key.pem`, key, { mode: 0o600 });
  await Deno.writeTextFile(`${folder}/certificate.pem`, certificate, {
    mode: 0o600,
  });
}

/** The same plan with every protocol on loopback; port 0 stays 0, others count from the base. */
function onLoopback(plan: LoadedPlan, portBase: number): LoadedPlan {
  const kinds = Object.keys(listenerPorts) as ListenerName[];
  const Listeners: Configuration["Listeners"] = kinds.map((kind) => ({
    kind,
    port: portBase === 0 ? 0 : portBase + listenerPorts[kind],
    addresses: [HOST],
    proxies: [],
  }));
  return { ...plan, configuration: { ...plan.configuration, Listeners } };
}

/** What the ready file says. */
interface Facts {
  readonly pid: number;
  readonly host: string;
  readonly domain: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly accounts: readonly {
    readonly address: string;
    readonly password: string;
  }[];
  readonly ca: string;
  readonly data: string;
}

function factsOf(
  server: Server,
  configuration: Configuration,
  data: string,
): Facts {
  return {
    pid: Deno.pid,
    host: HOST,
    domain: configuration.domain ?? DOMAIN,
    ports: Object.fromEntries(
      server.ports.map(({ kind, port }) => [kind, port]),
    ),
    accounts: Object.entries(configuration.Accounts).map((
      [address, { password }],
    ) => ({
      address,
      password,
    })),
    ca: configuration.TLS.all[0]?.certificate_file ?? "",
    data,
  };
}

function instructions(
  { ports, accounts, ca, data }: Facts,
  config: string,
): string {
  const [alice, bob] = accounts;
  const listed = Object.entries(ports).map(([kind, port]) => `${kind} ${port}`)
    .join(", ");
  const lines = [
    `denomaild is ready on ${HOST}: ${listed}`,
    ...accounts.map(({ address, password }) =>
      `  account ${address}, password ${password}`
    ),
    `  data in ${data}, configuration in ${config}, certificate ${ca}`,
  ];
  if (alice !== undefined && bob !== undefined) {
    lines.push(
      "Send a message and read it:",
      `  printf 'Subject: Hello\\r\\n\\r\\nHow are you?\\r\\n' | curl --url smtp://${HOST}:${
        ports["smtp"]
      } \\`,
      `    --mail-from ${bob.address} --mail-rcpt ${alice.address} --upload-file -`,
      `  curl --url pop3://${HOST}:${
        ports["pop3"]
      }/1 --user ${alice.address}:${alice.password}`,
    );
  }
  return lines.join("\n") + "\n";
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

async function writeNew(path: string, text: () => string): Promise<void> {
  if (!await exists(path)) {
    await Deno.writeTextFile(path, text(), { mode: 0o600 });
  }
}

/** Nobody ever reads half of it. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`;
  await Deno.writeTextFile(partial, text + "\n", { mode: 0o600 });
  await Deno.rename(partial, path);
}
