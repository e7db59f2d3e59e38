/**
 * From the configuration to what each protocol is told: the one place where keys meet
 * the records of `smtp/`, `pop3/` and `imap/`.
 *
 * @module
 */

import type {
  Accounts,
  AccountsSetting,
  SendingLimits,
} from "./accounts/mod.ts";
import {
  type Configuration,
  type ListenerName,
  localDomains,
} from "./config/values/mod.ts";
import { routeOf } from "./deliver/mod.ts";
import type { Log } from "./log.ts";
import { outgoingOf } from "./outgoing.ts";
import type { ImapSetting } from "./imap/mod.ts";
import { isInRange } from "./net/mod.ts";
import type { MaildropLocks, Pop3Setting } from "./pop3/mod.ts";
import type { Spool } from "./queue/mod.ts";
import type { EtrnSetting, ListenerKind, SmtpSetting } from "./smtp/mod.ts";
import type { Store } from "./store/mod.ts";

/** What sessions stand on; made once, kept over reloads. */
export interface Ground {
  readonly accounts: Accounts;
  readonly store: Store;
  readonly spool: Spool;
  readonly log: Log;
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
  /** Resolves when others have had their turn. */
  readonly pause: () => Promise<void>;
  /** Resolves after so many milliseconds; keeps nobody from stopping. */
  readonly later: (milliseconds: number) => Promise<void>;
  /** What a promise resolves to, or undefined when that takes more milliseconds than these. */
  readonly within: ImapSetting["within"];
  readonly maildrops: MaildropLocks;
  readonly lastLogins: Map<string, number>;
  /** Some account opted in to CRAM-MD5 and APOP. */
  readonly legacyInUse: () => boolean;
  /** A hash of text under the server's key: makes senders of forwarded mail (SRS). */
  readonly srsHash: (text: string) => Uint8Array;
  readonly sendingLimits: SendingLimits;
  /** Where mail is delivered to other servers: tries what waits for one of them now. */
  readonly startQueue?: EtrnSetting["startQueue"];
}

/** What the accounts are told. */
export function accountsSettingOf(
  configuration: Configuration,
): AccountsSetting {
  return {
    domains: localDomains(configuration),
    defaultDomain: configuration.domain,
    domainAliases: configuration.AliasDomains,
    accounts: configuration.Accounts,
    aliases: configuration.Aliases,
    catchAll: configuration.CatchAll,
    detailSeparator: configuration.detail_separator,
    postmaster: configuration.postmaster,
    disabledAccountsReceive: configuration.disabled_accounts_receive,
    details: configuration.details,
  };
}

const SMTP_KINDS: Partial<Record<ListenerName, ListenerKind>> = {
  smtp: "mx",
  submission: "submission",
  submissions: "submissions",
  lmtp: "lmtp",
};

/** The SMTP side of a listener, or undefined when it speaks something else. */
export function smtpSettingOf(
  listener: ListenerName,
  configuration: Configuration,
  ground: Ground,
): SmtpSetting | undefined {
  const kind = SMTP_KINDS[listener];
  if (kind === undefined) return undefined;
  const { SMTP } = configuration;
  return {
    listener: { kind },
    serverName: configuration.server_name,
    accounts: ground.accounts,
    spool: ground.spool,
    now: ground.now,
    random: ground.random,
    log: ground.log,
    limits: {
      messageSize: SMTP.max_message_size,
      recipients: SMTP.max_recipients,
      receivedHops: SMTP.max_received_hops,
      errors: SMTP.max_errors,
      idleCommands: SMTP.max_idle_commands,
      authFailures: SMTP.max_auth_failures,
      idle: SMTP.timeout * 1000,
    },
    messages: SMTP,
    tls: SMTP.enable_starttls && hasCertificate(configuration),
    allowPlaintextAuth: SMTP.allow_plaintext_auth,
    // Other servers have no account here, and RFC 2033 §4.3 leaves LMTP without AUTH.
    get mechanisms() {
      return kind === "submission" || kind === "submissions"
        ? mechanismsOf(SMTP, configuration, ground)
        : [];
    },
    remoteDelivery: configuration.Outbound.enabled,
    relaysFor: relaysOf(configuration),
    ...(configuration.rewrite_senders ? { srsHash: ground.srsHash } : {}),
    sending: {
      limits: ground.sendingLimits,
      allowanceOf: (account) => ({
        ...configuration.Sending,
        ...configuration.Sending.Accounts[account],
      }),
    },
    ...etrnOf(configuration, ground),
    checkFromHeader: SMTP.check_from_header,
  };
}

/** The domains that are not ours and whose mail is taken from anybody. */
function relaysOf(configuration: Configuration): (domain: string) => boolean {
  const { routes } = outgoingOf(configuration);
  return (domain) => {
    const { rule } = routeOf(domain, routes);
    return rule.kind === "host" && rule.relay;
  };
}

function etrnOf(
  { SMTP }: Configuration,
  { startQueue }: Ground,
): Pick<SmtpSetting, "etrn"> {
  const { etrn_clients, etrn_authenticated } = SMTP;
  const nobody = etrn_clients.length === 0 && !etrn_authenticated;
  if (startQueue === undefined || nobody) return {};
  return {
    etrn: {
      mayAsk: (address) =>
        etrn_clients.some((range) => isInRange(address, range)),
      authenticated: etrn_authenticated,
      startQueue,
    },
  };
}

/** The POP3 side of a listener. */
export function pop3SettingOf(
  configuration: Configuration,
  ground: Ground,
): Pop3Setting {
  const { POP3 } = configuration;
  return {
    ...POP3,
    serverName: configuration.server_name,
    accounts: ground.accounts,
    store: ground.store,
    maildrops: ground.maildrops,
    now: ground.now,
    random: ground.random,
    log: ground.log,
    tls: POP3.enable_stls && hasCertificate(configuration),
    allowPlaintextAuth: POP3.allow_plaintext_auth,
    get mechanisms() {
      return mechanismsOf(POP3, configuration, ground);
    },
    get offersApop() {
      return POP3.enable_apop && ground.legacyInUse();
    },
    expire: "NEVER",
    ...(POP3.login_delay === 0 ? {} : {
      loginDelay: {
        seconds: POP3.login_delay,
        lastLogins: ground.lastLogins,
      },
    }),
  };
}

/** The IMAP side of a listener. */
export function imapSettingOf(
  configuration: Configuration,
  ground: Ground,
): ImapSetting {
  const { IMAP } = configuration;
  return {
    ...IMAP,
    serverName: configuration.server_name,
    accounts: ground.accounts,
    store: ground.store,
    now: ground.now,
    pause: ground.pause,
    later: ground.later,
    within: ground.within,
    administrators: configuration.administrators,
    random: ground.random,
    log: ground.log,
    tls: IMAP.enable_starttls && hasCertificate(configuration),
    allowPlaintextAuth: IMAP.allow_plaintext_auth,
    get mechanisms() {
      return mechanismsOf(IMAP, configuration, ground);
    },
  };
}

/** True when STARTTLS and implicit TLS can work. */
export function hasCertificate({ TLS }: Configuration): boolean {
  return TLS.all.length > 0;
}

interface MechanismKeys {
  readonly enable_auth: boolean;
  readonly enable_auth_login: boolean;
  readonly enable_auth_plain: boolean;
  readonly enable_auth_cram_md5: boolean;
  readonly enable_auth_scram: boolean;
}

function mechanismsOf(
  keys: MechanismKeys,
  { TLS }: Configuration,
  { legacyInUse }: Ground,
): readonly string[] {
  if (!keys.enable_auth) return [];
  const scram = ["SCRAM-SHA-256", "SCRAM-SHA-1"];
  const bound = scram.map((name) => `${name}-PLUS`);
  return [
    ...(keys.enable_auth_scram && TLS.channel_binding ? bound : []),
    ...(keys.enable_auth_scram ? scram : []),
    ...(keys.enable_auth_cram_md5 && legacyInUse() ? ["CRAM-MD5"] : []),
    ...(keys.enable_auth_plain ? ["PLAIN"] : []),
    ...(keys.enable_auth_login ? ["LOGIN"] : []),
  ];
}
