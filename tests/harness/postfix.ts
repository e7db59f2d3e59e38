/**
 * The files of a private Postfix: its own configuration, queue and Maildirs below one
 * folder, with virtual delivery. Otherwise Debian's defaults, syncs included.
 */

/** nobody, whom deliveries are made as. */
const NOBODY = 65534;

/** The services that take part beside the listeners; none runs in a chroot. */
const SERVICES = [
  "cleanup unix n - n - 0 cleanup",
  "qmgr unix n - n 300 1 qmgr",
  "tlsmgr unix - - n 1000? 1 tlsmgr",
  "rewrite unix - - n - - trivial-rewrite",
  "bounce unix - - n - 0 bounce",
  "defer unix - - n - 0 bounce",
  "trace unix - - n - 0 bounce",
  "verify unix - - n - 1 verify",
  "flush unix n - n 1000? 0 flush",
  "proxymap unix - - n - - proxymap",
  "smtp unix - - n - - smtp",
  "error unix - - n - - error",
  "retry unix - - n - - error",
  "virtual unix - n n - - virtual",
  "anvil unix - - n - 1 anvil",
  "scache unix - - n - 1 scache",
  "postlog unix-dgram n - n - 1 postlogd",
  "pickup unix n - n 60 1 pickup",
  "showq unix n - n - - showq",
];

/**
 * Writes all that Postfix needs below `folder`, which must be reachable for everybody.
 *
 * @param settings Lines of main.cf beside those that every private Postfix has.
 * @param listeners Lines of master.cf.
 * @returns The folder of its configuration.
 */
export async function writePostfix(
  folder: string,
  settings: readonly string[],
  listeners: readonly string[],
): Promise<string> {
  for (const name of ["conf", "queue", "data", "mail"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  await Deno.chown(`${folder}/mail`, NOBODY, NOBODY);
  await chownToPostfix(`${folder}/data`);
  const conf = `${folder}/conf`;
  const main = [...commonSettings(folder), ...settings];
  await Deno.writeTextFile(`${conf}/main.cf`, main.join("\n") + "\n");
  const services = [...listeners, ...SERVICES];
  await Deno.writeTextFile(`${conf}/master.cf`, services.join("\n") + "\n");
  return conf;
}

async function chownToPostfix(folder: string): Promise<void> {
  const users = await Deno.readTextFile("/etc/passwd");
  const uid = /^postfix:[^:]*:(\d+):/m.exec(users)?.[1];
  if (uid === undefined) {
    throw new Error('Cannot run "postfix": install the Debian package postfix');
  }
  await Deno.chown(folder, Number(uid), null);
}

function commonSettings(folder: string): string[] {
  return [
    "compatibility_level = 3.6",
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    "command_directory = /usr/sbin",
    "daemon_directory = /usr/lib/postfix/sbin",
    "mail_owner = postfix",
    "inet_interfaces = 127.0.0.1",
    "inet_protocols = ipv4",
    "mydestination =",
    "mynetworks = 127.0.0.0/8",
    `virtual_mailbox_base = ${folder}/mail`,
    "virtual_minimum_uid = 100",
    `virtual_uid_maps = static:${NOBODY}`,
    `virtual_gid_maps = static:${NOBODY}`,
    "smtpd_client_connection_count_limit = 0",
    `maillog_file = ${folder}/log`,
    `maillog_file_prefixes = ${folder}`,
  ];
}
