/**
 * The TLSA records of a mail host (RFC 7672 §2.2, §3).
 *
 * @module
 */

import {
  type Answer,
  DnsError,
  type Resolver,
  type Tlsa,
} from "../../dns/mod.ts";
import type { Dane } from "./protection.ts";

/** RFC 7672 §2.2: what cannot be looked up may be an attack; the host is passed over. */
export class DaneUnknown extends Error {
  override name = "DaneUnknown";
}

/** A host that was found in a way that DNSSEC proves. */
export interface ProvenHost {
  readonly host: string;
  /** Where its CNAMEs lead. */
  readonly canonical: string;
  readonly port: number;
  /** The domain of the mail: a name that the certificate of an anchor may have, too. */
  readonly domain: string;
}

/**
 * What DNS says of the certificate of `proven`.
 *
 * @throws {DaneUnknown} When nobody can tell.
 */
export async function daneOf(
  proven: ProvenHost,
  resolver: Resolver,
): Promise<Dane> {
  const { host, canonical, port, domain } = proven;
  // RFC 7672 §2.2.2: the name that CNAMEs lead to comes first.
  for (const base of new Set([canonical, host])) {
    const found = await lookUp(`_${port}._tcp.${base}`, resolver);
    if (!found?.secure || found.records.length === 0) continue;
    const records = found.records.filter(isUsable);
    if (records.length === 0) return { kind: "unusable" };
    return { kind: "records", records, names: [...new Set([base, domain])] };
  }
  return { kind: "none" };
}

async function lookUp(
  name: string,
  resolver: Resolver,
): Promise<Answer<Tlsa> | undefined> {
  try {
    return await resolver.tlsa(name);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    if (error.kind === "missing") return undefined;
    throw new DaneUnknown(error.message);
  }
}

const DIGEST_SIZE: Record<number, number> = { 1: 32, 2: 64 };

/** RFC 7672 §3.1: usages 2 and 3, in the forms that are known. */
function isUsable({ usage, selector, matching, data }: Tlsa): boolean {
  if (usage !== 2 && usage !== 3) return false;
  if (selector !== 0 && selector !== 1) return false;
  return matching === 0
    ? data.length > 0
    : data.length === DIGEST_SIZE[matching];
}
