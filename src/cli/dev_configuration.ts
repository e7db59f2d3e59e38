/**
 * The configuration of `dev`: an ordinary folder, made at first use and kept. It may be
 * edited, and `denomaild user add --config <data>/conf …` works beside it.
 *
 * @module
 */

import { selfSignedCertificate } from "../net/mod.ts";
import { DEV_DOMAIN, DEV_HOST } from "./dev_folder.ts";

const DEV_CONFIGURATION =
  `# The demonstration server's configuration, made by "denomaild dev". It may be edited.
{
  "server_name": "mail.${DEV_DOMAIN}",
  "domain": "${DEV_DOMAIN}",
  "postmaster": "alice@${DEV_DOMAIN}",
  "Accounts": {
    # CRAM-MD5 and APOP work for alice only.
    "alice@${DEV_DOMAIN}": { "password": "wonderland", "legacy": true },
    "bob@${DEV_DOMAIN}": "the-builder"
  },
  "TLS": {
    "certificate_file": "certificate.pem",
    "certificate_key_file": "key.pem"
  },
  # The server listens on loopback only: passwords in the clear harm nobody.
  "SMTP": { "allow_plaintext_auth": true },
  "POP3": { "allow_plaintext_auth": true },
  "IMAP": { "allow_plaintext_auth": true },
  # It may reach nothing but loopback: mail for other domains is refused at once.
  "Outbound": { "enabled": false },
  "Log": { "format": "text" }
}
`;

/** Writes what is missing of the configuration folder. */
export async function makeDevConfiguration(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await writeNew(`${folder}/denomaild.conf`, () => DEV_CONFIGURATION);
  const made = await exists(`${folder}/certificate.pem`) &&
    await exists(`${folder}/key.pem`);
  if (made) return;
  const names = [`mail.${DEV_DOMAIN}`, "localhost", DEV_HOST, "::1"];
  const { certificate, key } = await selfSignedCertificate(names, Date.now());
  await Deno.writeTextFile(`${folder}/key.pem`, key, { mode: 0o600 });
  await Deno.writeTextFile(`${folder}/certificate.pem`, certificate, {
    mode: 0o600,
  });
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
