/** Answers from a `Zone` as a resolving server does: aliases and their targets at once. */

import { Buffer } from "node:buffer";
import type { Zone, ZoneEntry } from "../../src/dns/mod.ts";
import {
  type Answerer,
  type Asked,
  type FakeRecord,
  respond,
  soa,
} from "./fake_name_server.ts";

const SERVFAIL = 2;
const NXDOMAIN = 3;
const ALIASES = 16;

export function zoneAnswerer(zone: Zone): Answerer {
  return (asked) => [answer(zone, asked)];
}

function answer(zone: Zone, asked: Asked): Uint8Array {
  const answers: FakeRecord[] = [];
  let [name, authentic] = [asked.name, true];
  for (let aliases = 0; aliases < ALIASES; aliases++) {
    const entry = entryOf(zone, name);
    if (entry === undefined) {
      const authorities = [soa("test")];
      return respond(asked, { rcode: NXDOMAIN, answers, authorities });
    }
    const { trouble } = entry;
    if (trouble === true || trouble?.some((type) => type === asked.type)) {
      return respond(asked, { rcode: SERVFAIL });
    }
    authentic &&= entry.secure === true;
    if (entry.cname === undefined) {
      const own = recordsOf(name, asked.type, entry);
      answers.push(...own);
      const authorities = own.length > 0 ? [] : [soa("test")];
      return respond(asked, { answers, authorities, authentic });
    }
    answers.push({ name, type: "CNAME", data: entry.cname });
    name = entry.cname;
  }
  return respond(asked, { answers });
}

function entryOf(zone: Zone, name: string): ZoneEntry | undefined {
  const isParent = Object.keys(zone).some((key) => key.endsWith(`.${name}`));
  return zone[name] ?? (isParent ? {} : undefined);
}

function recordsOf(name: string, type: string, entry: ZoneEntry): FakeRecord[] {
  const data: Readonly<Record<string, readonly unknown[] | undefined>> = {
    A: entry.a,
    AAAA: entry.aaaa,
    MX: entry.mx?.map((mx) => ({ ...mx, exchange: mx.exchange || "." })),
    TXT: entry.txt?.map(characterStrings),
    TLSA: entry.tlsa?.map(({ usage, selector, matching, data }) => ({
      ...{
        usage,
        selector,
        matchingType: matching,
        certificate: Buffer.from(data),
      },
    })),
    PTR: entry.ptr,
  };
  return (data[type] ?? []).map((data) => ({ name, type, data }));
}

/** A text in pieces of 255 octets, which is the most that one can have (RFC 1035 §3.3). */
function characterStrings(text: string): unknown[] {
  const pieces = text.match(/[\s\S]{1,255}/g) ?? [""];
  return pieces.map((piece) => Buffer.from(piece, "latin1"));
}
