/** The configuration of a server: checked, complete, addresses and names in canonical form. */

import {
  completeListener,
  defaultListeners,
  hasImplicitTls,
  type ListenerConfiguration,
} from "./listeners.ts";
import type { Merged, Path } from "./merge.ts";
import { fileAt, namedFiles, type NamedPair } from "./named_files.ts";
import type { CheckedKeys } from "./schema.ts";

/** What all `*.conf` files of a folder say, defaults included. Times in seconds, sizes in octets. */
export interface Configuration
  extends
    Omit<CheckedKeys, "server_name" | "Accounts" | "Aliases" | "Listeners"> {
  readonly server_name: string;
  /** By canonical address. */
  readonly Accounts: Readonly<Record<string, AccountConfiguration>>;
  /** By canonical address. */
  readonly Aliases: Readonly<Record<string, readonly string[]>>;
  readonly Listeners: readonly ListenerConfiguration[];
  readonly TLS: CheckedKeys["TLS"] & {
    /** All certificates, the first one for clients that ask for no name; paths made whole. */
    readonly all: readonly CertificateFiles[];
  };
}

export interface CertificateFiles {
  readonly certificate_file: string;
  readonly certificate_key_file: string;
}

export interface AccountConfiguration {
  /** The password, or a hash of it. */
  readonly password: string;
  readonly enabled: boolean;
  /** Whether it receives while it is disabled. */
  readonly receives: boolean;
  /** CRAM-MD5 and APOP were opted in to. */
  readonly legacy: boolean;
}

/** Something that single keys cannot be blamed for. */
export interface Conflict {
  readonly path: Path;
  readonly message: string;
}

/** Fills in what follows from several keys. */
export function complete(
  keys: CheckedKeys,
  merged: Merged,
): Configuration {
  const { pairs, authorities } = namedFiles(merged);
  const certificates = pairs.flatMap(bothFiles);
  const dataFolder = fileAt(merged, ["data_folder"]);
  return {
    ...keys,
    server_name: keys.server_name ??
      (keys.domain === undefined ? "localhost" : `mail.${keys.domain}`),
    ...(dataFolder === undefined ? {} : { data_folder: dataFolder.file }),
    Accounts: mapValues(
      keys.Accounts,
      (account) => completeAccount(account, keys.disabled_accounts_receive),
    ),
    Aliases: mapValues(keys.Aliases, (targets) => [targets].flat()),
    Listeners: (keys.Listeners ??
      defaultListeners.filter(({ kind }) =>
        certificates.length > 0 || !hasImplicitTls(kind)
      )).map(completeListener),
    TLS: {
      ...keys.TLS,
      all: certificates,
      authorities: authorities.map(({ file }) => file),
    },
  };
}

/** What does not go together. */
export function conflictsOf(keys: CheckedKeys): Conflict[] {
  return [
    ...certificateConflicts(keys),
    ...listenerConflicts(keys),
    ...domainConflicts(keys),
    ...routeConflicts(keys),
    ...dnsConflicts(keys),
    ...rewriteConflicts(keys),
  ];
}

/** The domains whose mail is kept here, in canonical form; without alias domains. */
export function localDomains(
  configuration: Pick<
    CheckedKeys | Configuration,
    "domain" | "domains" | "Accounts" | "Aliases" | "CatchAll"
  >,
): readonly string[] {
  const { domain, domains, Accounts, Aliases, CatchAll } = configuration;
  const addresses = [...Object.keys(Accounts), ...Object.keys(Aliases)];
  return [
    ...new Set([
      ...(domain === undefined ? [] : [domain]),
      ...domains,
      ...addresses.map(domainOf),
      ...Object.keys(CatchAll),
    ]),
  ];
}

type AccountKeys = Exclude<CheckedKeys["Accounts"][string], string>;

function completeAccount(
  account: CheckedKeys["Accounts"][string],
  receivesDisabled: boolean,
): AccountConfiguration {
  const keys: Partial<AccountKeys> & { password: string } =
    typeof account === "string" ? { password: account } : account;
  return {
    enabled: true,
    legacy: false,
    ...keys,
    receives: keys.receives ?? receivesDisabled,
  };
}

function bothFiles({ certificate, key }: NamedPair): CertificateFiles[] {
  if (certificate === undefined || key === undefined) return [];
  return [{
    certificate_file: certificate.file,
    certificate_key_file: key.file,
  }];
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, map(value)]),
  );
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

function certificateConflicts({ TLS }: CheckedKeys): Conflict[] {
  const { certificate_file, certificate_key_file } = TLS;
  if (
    (certificate_file === undefined) === (certificate_key_file === undefined)
  ) {
    return [];
  }
  const [have, lack] = certificate_file === undefined
    ? ["certificate_key_file", "certificate_file"] as const
    : ["certificate_file", "certificate_key_file"] as const;
  return [{
    path: ["TLS", have],
    message: `"TLS.${have}" stands alone; "TLS.${lack}" was meant beside it`,
  }];
}

function listenerConflicts({ Listeners = [], TLS }: CheckedKeys): Conflict[] {
  const hasCertificate = TLS.certificate_file !== undefined ||
    TLS.Certificates.length > 0;
  const conflicts: Conflict[] = [];
  const taken = new Map<string, number>();
  Listeners.map(completeListener).forEach((listener, index) => {
    const { kind, port, addresses } = listener;
    if (hasImplicitTls(kind) && !hasCertificate) {
      conflicts.push({
        path: ["Listeners", index, "kind"],
        message:
          `"${kind}" begins with TLS, and there is no certificate; "TLS.certificate_file" was meant, too`,
      });
    }
    for (const address of addresses) {
      const key = `${address} ${port}`;
      const other = taken.get(key);
      if (other !== undefined && port !== 0) {
        conflicts.push({
          path: ["Listeners", index],
          message:
            `"Listeners[${index}]" takes port ${port} of ${address}, which "Listeners[${other}]" has already`,
        });
      }
      taken.set(key, index);
    }
  });
  return conflicts;
}

/** Bounces have to come back here. */
function rewriteConflicts(keys: CheckedKeys): Conflict[] {
  const { rewrite_domain: domain } = keys;
  if (domain === undefined || localDomains(keys).includes(domain)) return [];
  return [{
    path: ["rewrite_domain"],
    message:
      `"${domain}" is none of the domains that are kept here; one of "domain" and "domains" was meant`,
  }];
}

function domainConflicts(keys: CheckedKeys): Conflict[] {
  const own = new Set(localDomains(keys));
  return Object.entries(keys.AliasDomains).flatMap(([alias, target]) => {
    const path = ["AliasDomains", alias];
    if (own.has(alias)) {
      return [{
        path,
        message:
          `"${alias}" is an alias domain and has addresses of its own; one of both was meant`,
      }];
    }
    return own.has(target) ? [] : [{
      path,
      message:
        `"${target}" is none of the domains that are kept here; one of "domain" and "domains" was meant`,
    }];
  });
}

function routeConflicts({ Outbound }: CheckedKeys): Conflict[] {
  return Object.entries(Outbound.Routes).flatMap(([domain, route]) => {
    if (typeof route === "string") return [];
    const path = ["Outbound", "Routes", domain];
    const { host, port, tls, user, password, relay } = route;
    // A rule for TLS alone goes with the hosts that DNS names.
    const isRule = tls !== undefined && port === undefined &&
      user === undefined && !relay;
    return [
      ...(host === undefined && !isRule
        ? [{
          path,
          message:
            `The route of "${domain}" names no host; "host" was meant, or nothing but "tls"`,
        }]
        : []),
      ...(user !== undefined && password === undefined
        ? [{
          path: [...path, "user"],
          message: '"user" stands alone; "password" was meant beside it',
        }]
        : []),
      ...(domain === "*" && relay
        ? [{
          path: [...path, "relay"],
          message:
            'The route of "*" would take mail for everybody from anybody; the name of a domain was meant in place of "*"',
        }]
        : []),
    ];
  });
}

/** RFC 7672 §2.1.1: what the system's servers say of DNSSEC, whoever named them, proves nothing. */
function dnsConflicts({ DNS }: CheckedKeys): Conflict[] {
  if (!DNS.validates || DNS.servers.length > 0) return [];
  return [{
    path: ["DNS", "validates"],
    message: '"validates" stands alone; "servers" was meant beside it',
  }];
}
