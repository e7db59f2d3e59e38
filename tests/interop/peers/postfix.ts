/**
 * Debian's Postfix with several faces: an SMTP listener each on an address of its own,
 * with a certificate of its own, and Maildirs. Ordinary processes below one folder.
 */

import { mustRun } from "../programs.ts";
import type { Certified } from "./authority.ts";

export interface Face {
  readonly address: string;
  /** Without one it offers no STARTTLS. */
  readonly certificate?: Certified;
  /** Takes mail for other places, too, from who logs in at this socket of Dovecot. */
  readonly sasl?: string;
}

export interface PostfixOptions {
  readonly port: number;
  readonly faces: readonly Face[];
  readonly domains: readonly string[];
  /** Local parts that have a Maildir in each domain. */
  readonly boxes: readonly string[];
  /** Domains that are handed on, always under TLS, and to whom ("[127.0.0.1]:2525"). */
  readonly relays?: Readonly<Record<string, string>>;
}

export interface Postfix {
  /** All messages of an address, as they are on disk. */
  messages(address: string): Promise<string[]>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** nobody, whom deliveries are made as. */
const NOBODY = 65534;

export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-postfix-" });
  await Deno.chmod(folder, 0o755);
  const conf = `${folder}/conf`;
  for (const name of ["conf", "queue", "data", "mail"]) {
    await Deno.mkdir(`${folder}/${name}`);
  }
  await Deno.chown(`${folder}/mail`, NOBODY, NOBODY);
  await chownToPostfix(`${folder}/data`);
  await Deno.writeTextFile(`${conf}/main.cf`, mainFile(folder, options));
  await Deno.writeTextFile(
    `${conf}/master.cf`,
    await masterFile(folder, options),
  );
  const log = () => Deno.readTextFile(`${folder}/log`).catch(() => "");
  await mustRun("/usr/sbin/postfix", ["-c", conf, "start"])
    .catch(async (error) => {
      throw new Error(await log(), { cause: error });
    });
  return {
    log,
    messages: (address) => {
      const [local, domain] = address.split("@");
      return readNew(`${folder}/mail/${domain}/${local}/new`);
    },
    stop: async () => {
      await mustRun("/usr/sbin/postfix", ["-c", conf, "stop"]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The messages in a folder `new` of a Maildir, a byte a code unit; none where there is no such folder. */
export async function readNew(folder: string): Promise<string[]> {
  const messages: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const octets = await Deno.readFile(`${folder}/${name}`);
      messages.push(Array.from(octets, (o) => String.fromCharCode(o)).join(""));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return messages;
}

async function chownToPostfix(folder: string): Promise<void> {
  const users = await Deno.readTextFile("/etc/passwd");
  const uid = /^postfix:[^:]*:(\d+):/m.exec(users)?.[1];
  if (uid === undefined) {
    throw new Error('Cannot run "postfix": install the Debian package postfix');
  }
  await Deno.chown(folder, Number(uid), null);
}

function mainFile(
  folder: string,
  { domains, boxes, relays = {} }: PostfixOptions,
): string {
  const maildirs = domains.flatMap((domain) =>
    boxes.map((box) => `{${box}@${domain} = ${domain}/${box}/}`)
  ).join(", ");
  const relayed = Object.keys(relays);
  const transports = Object.entries(relays)
    .map(([domain, next]) => `{${domain} = smtp:${next}}`).join(", ");
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.peers.test
mydestination =
mynetworks = 127.0.0.0/8
relay_domains = ${relayed.join(" ")}
transport_maps = inline:{${transports}}
virtual_mailbox_domains = ${domains.join(" ")}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = inline:{${maildirs}}
virtual_minimum_uid = 100
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
smtpd_client_connection_count_limit = 0
smtpd_tls_received_header = yes
smtp_tls_security_level = encrypt
smtp_tls_loglevel = 1
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtputf8_autodetect_classes = all
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
`;
}

/** The services that take part; none runs in a chroot. */
async function masterFile(
  folder: string,
  { port, faces }: PostfixOptions,
): Promise<string> {
  const listeners: string[] = [];
  for (const { address, certificate, sasl } of faces) {
    const settings: string[] = [];
    if (certificate) {
      const [chain, key] = [`${address}.pem`, `${address}.key`]
        .map((name) => `${folder}/conf/${name}`) as [string, string];
      await Deno.writeTextFile(chain, certificate.chain);
      await Deno.writeTextFile(key, certificate.key, { mode: 0o600 });
      settings.push(
        "smtpd_tls_security_level=may",
        `smtpd_tls_cert_file=${chain}`,
        `smtpd_tls_key_file=${key}`,
      );
    } else settings.push("smtpd_tls_security_level=none");
    if (sasl !== undefined) {
      settings.push(
        "smtpd_sasl_auth_enable=yes",
        "smtpd_sasl_type=dovecot",
        `smtpd_sasl_path=${sasl}`,
        "smtpd_tls_auth_only=yes",
        "smtpd_relay_restrictions=permit_sasl_authenticated,reject",
        "smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
      );
    }
    listeners.push(`${address}:${port} inet n - n - - smtpd`);
    for (const setting of settings) listeners.push(`  -o ${setting}`);
  }
  const services = [
    ...listeners,
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
  return services.join("\n") + "\n";
}
