/**
 * Real name servers on loopback: Debian's nsd, which has zones, signed with ldns, and
 * Debian's unbound, which resolves and validates from them. Ordinary processes in a
 * folder of their own, on free ports.
 */

import type { NameServer } from "../../src/dns/mod.ts";
import { mustRun, spawnProgram } from "./programs.ts";

export interface ZoneSource {
  /** Without the dot at the end. */
  readonly name: string;
  /** Lines of a zone file below SOA and NS; relative names are below `name`. */
  readonly records: string;
  /** Signed, and unbound trusts its key. Times are those that ldns-signzone takes. */
  readonly signed?: {
    readonly inception?: string;
    readonly expiration?: string;
  };
  /** Changes the file that nsd serves, after it was signed. */
  readonly alter?: (text: string) => string;
}

export interface NameServers {
  /** unbound: it resolves and validates. */
  readonly resolver: NameServer;
  /** nsd: it knows the zones and nothing else. */
  readonly authority: NameServer;
  stop(): Promise<void>;
}

/** Milliseconds until a server has to answer, and to end. */
const PATIENCE = 20_000;

const HOST = "127.0.0.1";

export async function startNameServers(
  zones: readonly ZoneSource[],
): Promise<NameServers> {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-dns-" });
  const processes: Process[] = [];
  const stop = async () => {
    for (const process of processes.reverse()) await process.stop();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    const anchors: string[] = [];
    for (const zone of zones) anchors.push(...await writeZone(folder, zone));
    const [authority, resolver] = [freePort(), freePort()];
    await Deno.writeTextFile(
      `${folder}/nsd.conf`,
      nsdConf(folder, authority, zones),
    );
    await Deno.writeTextFile(
      `${folder}/unbound.conf`,
      unboundConf(folder, resolver, authority, zones, anchors),
    );
    processes.push(startServer("nsd", folder));
    await answers("nsd", authority, folder);
    processes.push(startServer("unbound", folder));
    await answers("unbound", resolver, folder);
    return {
      resolver: { address: HOST, port: resolver },
      authority: { address: HOST, port: authority },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes the file that nsd serves, and returns the anchors by which it is trusted. */
async function writeZone(folder: string, zone: ZoneSource): Promise<string[]> {
  const { name, signed, alter = (text: string) => text } = zone;
  const plain = `${folder}/${name}.plain`;
  await Deno.writeTextFile(plain, zoneText(zone));
  const served = `${folder}/${name}.zone`;
  if (signed === undefined) {
    await Deno.writeTextFile(served, alter(await Deno.readTextFile(plain)));
    return [];
  }
  const { stdout } = await mustRun(
    "ldns-keygen",
    ["-a", "ECDSAP256SHA256", "-k", name],
    { cwd: folder },
  );
  const key = new TextDecoder().decode(stdout).trim();
  const { inception, expiration } = signed;
  await mustRun("ldns-signzone", [
    ...(inception ? ["-i", inception] : []),
    ...(expiration ? ["-e", expiration] : []),
    ...["-f", `${plain}.signed`, plain, key],
  ], { cwd: folder });
  await Deno.writeTextFile(
    served,
    alter(await Deno.readTextFile(`${plain}.signed`)),
  );
  return [(await Deno.readTextFile(`${folder}/${key}.ds`)).trim()];
}

function zoneText({ name, records }: ZoneSource): string {
  return `$ORIGIN ${name}.
$TTL 300
@ SOA ns root 1 3600 600 86400 60
@ NS ns
ns A ${HOST}
${records}
`;
}

function nsdConf(
  folder: string,
  port: number,
  zones: readonly ZoneSource[],
): string {
  return `server:
  ip-address: ${HOST}@${port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  logfile: "${folder}/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${
    zones.map(({ name }) =>
      `zone:
  name: "${name}"
  zonefile: "${name}.zone"`
    ).join("\n")
  }
`;
}

/** Without a root: each zone is a stub, and one without an anchor is not secure. */
function unboundConf(
  folder: string,
  port: number,
  authority: number,
  zones: readonly ZoneSource[],
  anchors: readonly string[],
): string {
  return `server:
  interface: ${HOST}
  port: ${port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  do-daemonize: no
  do-not-query-localhost: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  logfile: "${folder}/unbound.log"
  num-threads: 1
  module-config: "validator iterator"
${anchors.map((anchor) => `  trust-anchor: "${anchor}"`).join("\n")}
  local-zone: "test." nodefault
${zones.map(({ name }) => `  local-zone: "${name}." nodefault`).join("\n")}
remote-control:
  control-enable: no
${
    zones.map(({ name }) =>
      `stub-zone:
  name: "${name}"
  stub-addr: ${HOST}@${authority}`
    ).join("\n")
  }
`;
}

interface Process {
  stop(): Promise<void>;
}

function startServer(name: "nsd" | "unbound", folder: string): Process {
  const args = ["-d", "-c", `${folder}/${name}.conf`];
  const child = spawnProgram(`/usr/sbin/${name}`, args);
  const drained = [child.stdout, child.stderr].map((stream) =>
    stream.pipeTo(new WritableStream())
  );
  return {
    async stop() {
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      // It may have ended by itself: then there is nobody to tell.
      try {
        child.kill("SIGTERM");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await child.stdin.close().catch(() => {});
      await child.status;
      await Promise.all(drained);
      clearTimeout(timer);
    },
  };
}

/** Waits until a server takes connections on `port`; what it logged tells why it does not. */
async function answers(
  name: string,
  port: number,
  folder: string,
): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      (await Deno.connect({ hostname: HOST, port })).close();
      return;
    } catch (error) {
      if (performance.now() > until) {
        const log = await Deno.readTextFile(`${folder}/${name}.log`)
          .catch(() => "it wrote no log");
        throw new Error(`${name} does not start: ${log}`, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
