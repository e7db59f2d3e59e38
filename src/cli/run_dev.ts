/**
 * `dev`, in the worker: a server on loopback with demo accounts, to try things with.
 *
 * @module
 */

import {
  type Configuration,
  type ListenerName,
  listenerPorts,
} from "../config/values/mod.ts";
import type { Server } from "../server.ts";
import type { Plan } from "./confine.ts";
import type { Running } from "./confined.ts";
import { DEV_DOMAIN, DEV_HOST, devFolder } from "./dev_folder.ts";
import type { LoadedPlan } from "./load_plan.ts";
import { accepted, type PlanAnswer, readPlanAgain } from "./read_plan.ts";
import { servePlan } from "./serve_plan.ts";

type DevPlan = Extract<Plan, { kind: "dev" }>;

/** Starts the server, tells how to use it, and writes the ready file. */
export async function runDev(
  plan: DevPlan,
  first: PlanAnswer,
): Promise<Running> {
  const tidy = async () => {
    if (plan.temporary) await Deno.remove(plan.data, { recursive: true });
  };
  try {
    const { reload, stop } = await start(plan, first);
    return { reload, stop: () => stop().finally(tidy) };
  } catch (error) {
    await tidy();
    throw error;
  }
}

async function start(plan: DevPlan, answer: PlanAnswer): Promise<Running> {
  const { data, portBase, readyFile } = plan;
  const first = onLoopback(accepted(answer), portBase);
  const load = async () => onLoopback(await readPlanAgain(plan), portBase);
  return await servePlan(first, data, load, async (server) => {
    const facts = factsOf(server, first.configuration, data);
    console.log(instructions(facts, devFolder(data)));
    if (readyFile !== undefined) {
      await writeAtomically(readyFile, JSON.stringify(facts));
    }
  });
}

/** The same plan with every protocol on loopback; port 0 stays 0, others count from the base. */
function onLoopback(plan: LoadedPlan, portBase: number): LoadedPlan {
  const kinds = Object.keys(listenerPorts) as ListenerName[];
  const Listeners: Configuration["Listeners"] = kinds.map((kind) => ({
    kind,
    port: portBase === 0 ? 0 : portBase + listenerPorts[kind],
    addresses: [DEV_HOST],
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
    host: DEV_HOST,
    domain: configuration.domain ?? DEV_DOMAIN,
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
    `denomaild is ready on ${DEV_HOST}: ${listed}`,
    ...accounts.map(({ address, password }) =>
      `  account ${address}, password ${password}`
    ),
    `  data in ${data}, configuration in ${config}, certificate ${ca}`,
  ];
  if (alice !== undefined && bob !== undefined) {
    lines.push(
      "Send a message and read it:",
      `  printf 'Subject: Hello\\r\\n\\r\\nHow are you?\\r\\n' | curl --url smtp://${DEV_HOST}:${
        ports["smtp"]
      } \\`,
      `    --mail-from ${bob.address} --mail-rcpt ${alice.address} --upload-file -`,
      `  curl --url pop3://${DEV_HOST}:${
        ports["pop3"]
      }/1 --user ${alice.address}:${alice.password}`,
    );
  }
  return lines.join("\n") + "\n";
}

/** Nobody ever reads half of it. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`;
  await Deno.writeTextFile(partial, text + "\n", { mode: 0o600 });
  await Deno.rename(partial, path);
}
