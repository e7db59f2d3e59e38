/** Debian's Dovecot as a store behind LMTP, and as the one who knows passwords for Postfix. */

import { spawnProgram } from "../programs.ts";
import { readNew } from "./postfix.ts";

export const STORE_PASSWORD = "secret-of-the-store";

export interface DovecotStore {
  readonly lmtp: number;
  /** Where Postfix asks for passwords: everybody's is {@linkcode STORE_PASSWORD}. */
  readonly sasl: string;
  messages(address: string): Promise<string[]>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** nobody, who owns the mail. */
const NOBODY = 65534;
const PATIENCE = 10_000;

export async function startDovecotStore(
  lmtp: number,
): Promise<DovecotStore> {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-store-" });
  await Deno.chmod(folder, 0o755);
  await Deno.mkdir(`${folder}/mail`);
  await Deno.chown(`${folder}/mail`, NOBODY, NOBODY);
  const file = `${folder}/dovecot.conf`;
  await Deno.writeTextFile(file, configuration(folder, lmtp));
  const child = spawnProgram("/usr/sbin/dovecot", ["-F", "-c", file]);
  const drained = [child.stdout, child.stderr].map((stream) =>
    stream.pipeTo(new WritableStream())
  );
  await answers(lmtp, folder);
  return {
    lmtp,
    sasl: `${folder}/sasl`,
    messages: (address) => readNew(`${folder}/mail/${address}/new`),
    log: () => Deno.readTextFile(`${folder}/log`),
    stop: async () => {
      child.kill("SIGTERM");
      await child.stdin.close().catch(() => {});
      await child.status;
      await Promise.all(drained);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function answers(port: number, folder: string): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (performance.now() > until) {
        const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
        throw new Error(`Dovecot does not start: ${log}`, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function configuration(folder: string, lmtp: number): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = denomaild-peers
log_path = ${folder}/log
protocols = lmtp
listen = 127.0.0.1
ssl = no
mail_location = maildir:${folder}/mail/%u
first_valid_uid = ${NOBODY}
first_valid_gid = ${NOBODY}
auth_mechanisms = plain login scram-sha-256
passdb {
  driver = static
  args = password=${STORE_PASSWORD}
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${folder}/mail/%u allow_all_users=yes
}
service auth {
  unix_listener ${folder}/sasl {
    mode = 0666
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${lmtp}
  }
}
`;
}
