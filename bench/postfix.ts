/**
 * A private Postfix: its own configuration, queue and Maildir below one folder, one
 * listener on loopback, virtual delivery. Otherwise Debian's defaults, syncs included.
 */

import { freePort, requirePrograms, run, waitForPort } from "./programs.ts";

/** nobody, whom deliveries are made as. */
const NOBODY = 65534;

export interface Postfix {
  readonly port: number;
  /** Where messages to alice@example.test arrive. */
  readonly inbox: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts Postfix below `folder`, which must be reachable for everybody.
 *
 * @param relayPort Where on loopback all mail goes that is not for example.test.
 */
export async function startPostfix(
  folder: string,
  relayPort?: number,
): Promise<Postfix> {
  await requirePrograms("postfix", "smtp-source");
  if (Deno.uid() !== 0) throw new Error("Cannot start Postfix: it needs root");
  const port = freePort();
  const conf = `${folder}/conf`;
  for (const name of ["conf", "queue", "data", "mail"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  await Deno.chown(`${folder}/mail`, NOBODY, NOBODY);
  await chownToPostfix(`${folder}/data`);
  await Deno.writeTextFile(`${conf}/main.cf`, mainFile(folder, relayPort));
  await Deno.writeTextFile(`${conf}/master.cf`, masterFile(port));
  await run("postfix", "-c", conf, "start");
  await waitForPort(port);
  return {
    port,
    inbox: `${folder}/mail/alice/new`,
    stop: async () => {
      await run("postfix", "-c", conf, "stop");
    },
  };
}

async function chownToPostfix(folder: string): Promise<void> {
  const users = await Deno.readTextFile("/etc/passwd");
  const uid = /^postfix:[^:]*:(\d+):/m.exec(users)?.[1];
  if (uid === undefined) throw new Error('There is no user "postfix"');
  await Deno.chown(folder, Number(uid), null);
}

function mainFile(folder: string, relayPort: number | undefined): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.test
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = static:alice/
virtual_minimum_uid = 100
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
${relayPort === undefined ? "" : `relayhost = [127.0.0.1]:${relayPort}\n`}`;
}

/** The services that take part; none runs in a chroot. */
function masterFile(port: number): string {
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "rewrite unix - - n - - trivial-rewrite",
    ...["bounce", "defer", "trace"].map((name) =>
      `${name} unix - - n - 0 bounce`
    ),
    "verify unix - - n - 1 verify",
    "flush unix n - n 1000? 0 flush",
    "proxymap unix - - n - - proxymap",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "virtual unix - n n - - virtual",
    "smtp unix - - n - - smtp",
    "anvil unix - - n - 1 anvil",
    "postlog unix-dgram n - n - 1 postlogd",
    "pickup unix n - n 60 1 pickup",
    "showq unix n - n - - showq",
  ];
  return services.join("\n") + "\n";
}
