/**
 * Debian's Postfix with several faces: an SMTP listener each on an address of its own,
 * with a certificate of its own, and Maildirs. Ordinary processes below one folder.
 */

import { writePostfix } from "../../harness/postfix.ts";
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

export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-postfix-" });
  await Deno.chmod(folder, 0o755);
  const conf = await writePostfix(
    folder,
    settings(options),
    await listeners(folder, options),
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

function settings(
  { domains, boxes, relays = {} }: PostfixOptions,
): string[] {
  const maildirs = domains.flatMap((domain) =>
    boxes.map((box) => `{${box}@${domain} = ${domain}/${box}/}`)
  ).join(", ");
  const transports = Object.entries(relays)
    .map(([domain, next]) => `{${domain} = smtp:${next}}`).join(", ");
  return [
    "myhostname = postfix.peers.test",
    `relay_domains = ${Object.keys(relays).join(" ")}`,
    `transport_maps = inline:{${transports}}`,
    `virtual_mailbox_domains = ${domains.join(" ")}`,
    `virtual_mailbox_maps = inline:{${maildirs}}`,
    "smtpd_tls_received_header = yes",
    "smtp_tls_security_level = encrypt",
    "smtp_tls_loglevel = 1",
    "smtp_dns_support_level = disabled",
    "smtp_host_lookup = native",
    "smtputf8_autodetect_classes = all",
  ];
}

/** A listener a face, with the files of its certificate written for it. */
async function listeners(
  folder: string,
  { port, faces }: PostfixOptions,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { address, certificate, sasl } of faces) {
    const settings: string[] = [];
    if (certificate) {
      const [chain, key] = [`${address}.pem`, `${address}.key`]
        .map((name) => `${folder}/${name}`) as [string, string];
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
    lines.push(`${address}:${port} inet n - n - - smtpd`);
    for (const setting of settings) lines.push(`  -o ${setting}`);
  }
  return lines;
}
