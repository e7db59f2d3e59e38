/** A private Dovecot: POP3, IMAP and LMTP on loopback from one Maildir, otherwise its defaults. */

import { freePort, requirePrograms, start, waitForPort } from "./programs.ts";

export interface Dovecot {
  /** The process of its master. */
  readonly pid: number;
  readonly ports: Readonly<Record<"pop3" | "imap" | "imaps" | "lmtp", number>>;
  readonly stop: () => Promise<void>;
}

/** nobody, who owns the mail. */
const NOBODY = 65534;
export const DOVECOT_PASSWORD = "secret";

/** What TLS needs. */
export interface DovecotTls {
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

export interface DovecotOptions {
  readonly tls?: DovecotTls;
  /** Seconds between the looks of a session in IDLE, which is told of changes besides. */
  readonly idleCheck?: number;
}

/** Starts Dovecot below `folder`; it serves the Maildir `mail`, which must be nobody's. */
export async function startDovecot(
  folder: string,
  mail: string,
  options: DovecotOptions = {},
): Promise<Dovecot> {
  await requirePrograms("dovecot");
  const ports = {
    ...{ pop3: freePort(), imap: freePort(), imaps: freePort() },
    lmtp: freePort(),
  };
  const file = `${folder}/dovecot.conf`;
  await Deno.writeTextFile(file, configuration(folder, mail, ports, options));
  const child = start("dovecot", "-F", "-c", file);
  await waitForPort(ports.imap).catch(async (error) => {
    const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
    throw new Error(`Cannot start Dovecot:\n${log}`, { cause: error });
  });
  return {
    pid: child.pid,
    ports,
    stop: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

function configuration(
  folder: string,
  mail: string,
  ports: Dovecot["ports"],
  { tls, idleCheck }: DovecotOptions,
): string {
  const ssl = tls
    ? `ssl = yes\nssl_cert = <${tls.certificate}\nssl_key = <${tls.key}`
    : "ssl = no";
  const poll = idleCheck === undefined
    ? ""
    : `mailbox_idle_check_interval = ${idleCheck} secs`;
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = denomaild-bench
log_path = ${folder}/log
protocols = pop3 imap lmtp
listen = 127.0.0.1
${ssl}
${poll}
postmaster_address = postmaster@example.test
# alice+lists@ is for the mailbox "lists", as in the server beside it.
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
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
  args = uid=${NOBODY} gid=${NOBODY} home=${folder}/home allow_all_users=yes
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
}
service imap-login {
  # Dovecot's "high-performance mode": connections share a process, which takes less memory.
  service_count = 0
  process_min_avail = 2
  client_limit = 4000
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${tls ? ports.imaps : 0}
  }
}
service imap {
  # One process a session, by its defaults 1,024 at most: not enough for a thousand and
  # those that are logging in.
  process_limit = 2048
}
service stats {
  client_limit = 6000
}
service anvil {
  client_limit = 6000
}
service auth {
  client_limit = 6000
}
service config {
  client_limit = 6000
}
default_client_limit = 6000
mail_max_userip_connections = 5000
namespace inbox {
  inbox = yes
  separator = /
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
