/**
 * The one place where every key stands, with its type, its default and its meaning.
 *
 * From here come the types, the checks, the documented sample and the JSON Schema.
 *
 * @module
 */

import { z } from "zod";
import { limits } from "../wire/mod.ts";
import {
  count,
  dictionary,
  domainName,
  domainOrLiteral,
  filePath,
  flag,
  mailAddress,
} from "./kinds.ts";
import { imapKeys } from "./imap_keys.ts";
import { listenerKeys } from "./listener_keys.ts";
import { defaultListeners } from "./listeners.ts";
import { dnsKeys, outboundKeys, storyKeys } from "./outbound_keys.ts";
import { pop3Keys } from "./pop3_keys.ts";
import { sendingKeys } from "./sending_keys.ts";
import { smtpKeys } from "./smtp_keys.ts";

// gomaild took a missing password for an empty one, and let everybody in with it.
const password = z.string().min(1).describe(
  'The password, or the hash of it that "denomaild user hash" prints.',
);

const detailRule = z.enum(["inbox", "existing", "create"]);

const accountObject = z.strictObject({
  password,
  enabled: flag(true).describe("A disabled account cannot log in."),
  receives: z.boolean().optional().describe(
    "Whether it receives mail while it is disabled; by default what disabled_accounts_receive says.",
  ),
  legacy: flag(false).describe(
    "Lets CRAM-MD5 and APOP work for this account; they need the password itself.",
  ),
  details: detailRule.optional().describe(
    "What becomes of mail to this account with a detail; by default what details above says.",
  ),
});

const account = z.union([password, accountObject]);

const aliasTargets = z.union([mailAddress, z.array(mailAddress).min(1)]);

const certificateKeys = {
  certificate_file: filePath.describe(
    "The certificate in PEM form, followed by those between it and the authority's own.",
  ).meta({ examples: ["/etc/denomaild/fullchain.pem"] }),
  certificate_key_file: filePath.describe("Its private key in PEM form.")
    .meta({ examples: ["/etc/denomaild/privkey.pem"] }),
};

const tlsKeys = z.strictObject({
  certificate_file: certificateKeys.certificate_file.optional(),
  certificate_key_file: certificateKeys.certificate_key_file.optional(),
  Certificates: z.array(z.strictObject(certificateKeys)).default([]).describe(
    "Further certificates; a client that asks for a name gets the one that has it (RFC 6066 §3).",
  ).meta({
    examples: [[{
      certificate_file: "/etc/denomaild/example.net.pem",
      certificate_key_file: "/etc/denomaild/example.net.key",
    }]],
  }),
  authorities: z.array(filePath).default([]).describe(
    "PEM files of authorities that are trusted beside the public ones where another server has to prove itself: " +
      "those of a smarthost or a policy host within the house.",
  ).meta({ examples: [["/etc/denomaild/house-ca.pem"]] }),
  channel_binding: flag(true).describe(
    "Offers the -PLUS forms of SCRAM, which bind a login to its connection (tls-server-end-point, RFC 5929 §4). " +
      "Clients with GNU SASL, mutt for one, take them first and then fail, because they know no other binding than tls-exporter.",
  ),
  min_version: z.enum(["1.2", "1.3"]).default("1.2").describe(
    "The least version of TLS that is spoken (RFC 9325 §3.1.1).",
  ),
});

const limitKeys = z.strictObject({
  connections: count(limits.connections.total).describe(
    "Connections at a time.",
  ),
  connections_per_peer: count(limits.connections.perPeer).describe(
    "Connections at a time from one IPv4 address or one IPv6 /64.",
  ),
});

const logKeys = z.strictObject({
  format: z.enum(["json", "text"]).default("json").describe(
    "One JSON object an event, or one line for people.",
  ),
  level: z.enum(["debug", "info", "warn", "error"]).default("info").describe(
    "The least important events that are written.",
  ),
});

export const schema = z.strictObject({
  debug: flag(false).describe(
    'Writes all that happens to the log, passwords never: the same as the level "debug" of Log.',
  ),
  server_name: domainOrLiteral.optional().describe(
    'The name of this server in greetings and trace fields; by default "mail." and the domain, or "localhost" without one.',
  ).meta({ examples: ["mail.example.org"] }),
  domain: domainName.optional().describe(
    'The domain whose mail is kept here; who logs in as "alice" is alice in this domain.',
  ).meta({ examples: ["example.org"] }),
  domains: z.array(domainName).default([]).describe(
    "Further domains whose mail is kept here. Those of Accounts and Aliases need not be named.",
  ).meta({ examples: [["example.net", "xn--bcher-kva.example"]] }),
  administrators: z.array(mailAddress).default([]).describe(
    "Accounts that may set the limits of all accounts over IMAP (SETQUOTA, RFC 9208).",
  ).meta({ examples: [["alice@example.org"]] }),
  AliasDomains: dictionary(domainOrLiteral, domainName).describe(
    "Domains (and literals such as [192.0.2.1]) whose addresses mean those of another domain.",
  ).meta({ examples: [{ "example.com": "example.org" }] }),
  postmaster: mailAddress.optional().describe(
    'Who gets mail for "postmaster" of every domain that has no such account or alias (RFC 5321 §4.5.1).',
  ).meta({ examples: ["alice@example.org"] }),
  CatchAll: dictionary(domainName, mailAddress).describe(
    "Who gets mail for unknown addresses of a domain.",
  ).meta({ examples: [{ "example.net": "alice@example.org" }] }),
  detail_separator: z.string().regex(/^[!#$%&'*+\-/=?^_`{|}~.]?$/, {
    error:
      'is not one character of those that addresses may have; "+" was meant, or "" for none',
  }).default("+").describe(
    'What parts a user from a detail in an address (alice+lists@example.org); "" for nothing.',
  ),
  details: detailRule.default("inbox").describe(
    'What becomes of mail to alice+lists@example.org: "inbox" puts it into INBOX as all other mail, "existing" into the mailbox "lists" if Alice has one, "create" makes that mailbox. Only for accounts that say nothing else; see also "denomaild user details".',
  ),
  rewrite_senders: flag(true).describe(
    "Rewrites the sender of mail that an alias sends on to another server (SRS), so that SPF does not refuse it and bounces come back.",
  ),
  rewrite_domain: domainName.optional().describe(
    "The domain of rewritten senders, one of those that are kept here; by default that of the alias.",
  ).meta({ examples: ["example.org"] }),
  disabled_accounts_receive: flag(true).describe(
    "Whether disabled accounts go on to receive mail.",
  ),
  data_folder: filePath.optional().describe(
    'Where mail and accounts are kept; by default "data" beside the program. Relative paths start at this folder, here and in TLS.',
  ).meta({ examples: ["/var/lib/denomaild"] }),
  Accounts: dictionary(mailAddress, account).describe(
    'Addresses with their passwords. Accounts that "denomaild user add" makes are kept elsewhere and hashed.',
  ).meta({
    examples: [{
      "alice@example.org": "her password, or a hash",
      "bob@example.org": {
        password: "…",
        enabled: true,
        receives: true,
        legacy: false,
      },
    }],
  }),
  Aliases: dictionary(mailAddress, aliasTargets).describe(
    "Addresses whose mail goes to one or several others.",
  ).meta({
    examples: [{
      "info@example.org": "alice@example.org",
      "team@example.org": ["alice@example.org", "bob@example.org"],
    }],
  }),
  TLS: tlsKeys.prefault({}).describe(
    "Certificates, and authorities that are trusted. Without a certificate there is no STARTTLS, no STLS, and none of the ports that begin with TLS.",
  ),
  Listeners: z.array(listenerKeys).min(1).optional().describe(
    "The ports that are served.",
  ).meta({ default: defaultListeners }),
  Limits: limitKeys.prefault({}).describe("Bounds of the whole server."),
  Log: logKeys.prefault({}).describe("What is written to standard output."),
  Sending: sendingKeys.prefault({}).describe(
    "How much accounts may submit; 0 is without limit.",
  ),
  SMTP: smtpKeys.prefault({}).describe("Mail that comes in, and LMTP."),
  Outbound: outboundKeys.prefault({}).describe("Mail that goes out."),
  DNS: dnsKeys.prefault({}).describe("Who is asked about names."),
  Stories: storyKeys.prefault({}).describe("What is known of messages."),
  POP3: pop3Keys.prefault({}).describe("Mail that is fetched."),
  IMAP: imapKeys.prefault({}).describe("Mail that stays on the server."),
});

/** The configuration as the schema leaves it, before what follows from several keys is filled in. */
export type CheckedKeys = z.output<typeof schema>;

let jsonSchema: JsonSchema | undefined;

/** The JSON Schema of a configuration file: for editors, for the documented sample, for suggestions. */
export function configurationSchema(): JsonSchema {
  return jsonSchema ??= z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
}

/** As much of JSON Schema (draft 2020-12) as is read here. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}
