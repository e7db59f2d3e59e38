/** A private Dovecot: POP3 on loopback from one Maildir, otherwise its defaults. */

import { freePort, requirePrograms, start, waitForPort } from "./programs.ts";

export interface Dovecot {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** nobody, who owns the mail. */
const NOBODY = 65534;
export const DOVECOT_PASSWORD = "secret";

/** Starts Dovecot below `folder`; it serves the Maildir `mail`, which must be nobody's. */
export async function startDovecot(
  folder: string,
  mail: string,
): Promise<Dovecot> {
  await requirePrograms("dovecot");
  const port = freePort();
  const file = `${folder}/dovecot.conf`;
  await Deno.writeTextFile(file, configuration(folder, mail, port));
  const child = start("dovecot", "-F", "-c", file);
  await waitForPort(port).catch(async (error) => {
    const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
    throw new Error(`Cannot start Dovecot:\n${log}`, { cause: error });
  });
  return {
    port,
    stop: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

function configuration(folder: string, mail: string, port: number): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = denomaild-bench
log_path = ${folder}/log
protocols = pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${mail}
first_valid_uid = ${NOBODY}
first_valid_gid = ${NOBODY}
passdb {
  driver = static
  args = password=${DOVECOT_PASSWORD}
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${folder}/home
}
service pop3-login {
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = 0
  }
}
`;
}

/** Makes a Maildir of `messages` as Dovecot's own delivery would: LF, sizes in the names. */
export async function makeDovecotMaildir(
  folder: string,
  messages: readonly string[],
): Promise<void> {
  for (const name of ["", "/cur", "/new", "/tmp"]) {
    await Deno.mkdir(`${folder}${name}`);
    await Deno.chown(`${folder}${name}`, NOBODY, NOBODY);
  }
  for (const [i, message] of messages.entries()) {
    const text = message.replaceAll("\r\n", "\n");
    const name = `${
      1_700_000_000 + i
    }.M${i}P1.host,S=${text.length},W=${message.length}:2,`;
    await Deno.writeTextFile(`${folder}/cur/${name}`, text);
    await Deno.chown(`${folder}/cur/${name}`, NOBODY, NOBODY);
  }
}
