/**
 * The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt §2): who the
 * peer behind a proxy really is.
 *
 * Read only from the proxies that the configuration lists, and demanded of them.
 *
 * @module
 */

import { latin1Decode } from "../bytes/mod.ts";
import { limits, type Session, type Wire } from "../wire/mod.ts";
import { parseIp, withoutMapping } from "./address_range.ts";

/** The connection that the proxy took; undefined where the proxy speaks for itself (LOCAL, UNKNOWN). */
export interface ProxiedPeer {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** The proxy sent something else than a header. */
export class BadProxyHeader extends Error {
  override name = "BadProxyHeader";
}

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const V1_MAX = 107;

/** @throws {BadProxyHeader} */
export function* readProxyHeader(wire: Wire): Session<ProxiedPeer | undefined> {
  wire.patience = limits.wire.proxyPatience;
  const start = latin1Decode(yield* wire.exactly(1));
  return start === "P"
    ? yield* readVersion1(wire)
    : yield* readVersion2(wire, start);
}

function* readVersion1(wire: Wire): Session<ProxiedPeer | undefined> {
  let line: string;
  try {
    line = "P" + (yield* wire.line(V1_MAX - 1));
  } catch (error) {
    throw error instanceof Error && error.name !== "Disconnected" &&
        error.name !== "TimedOut"
      ? new BadProxyHeader("Cannot read the PROXY line")
      : error;
  }
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return undefined;
  const match = /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(line);
  if (!match) throw new BadProxyHeader("Cannot read the PROXY line");
  const [, family, from, to, fromPort, toPort] = match as unknown as string[];
  const wanted = family === "4" ? !from!.includes(":") : from!.includes(":");
  const peer = peerOf(from!, Number(fromPort), to!, Number(toPort));
  if (!wanted || peer === undefined) {
    throw new BadProxyHeader("Cannot read the PROXY addresses");
  }
  return peer;
}

function* readVersion2(
  wire: Wire,
  start: string,
): Session<ProxiedPeer | undefined> {
  const header = yield* wire.exactly(15);
  if (
    start + latin1Decode(header.subarray(0, 11)) !== SIGNATURE ||
    header[11]! >> 4 !== 2
  ) {
    throw new BadProxyHeader("Cannot find a PROXY header");
  }
  const length = header[13]! << 8 | header[14]!;
  if (length > limits.wire.proxyHeader) {
    throw new BadProxyHeader("The PROXY header is too long");
  }
  const body = yield* wire.exactly(length);
  const command = header[11]! & 0x0f;
  if (command > 1) throw new BadProxyHeader("Cannot tell the PROXY command");
  // §2.2: LOCAL is the proxy's own health check.
  if (command === 0) return undefined;
  return readAddresses(header[12]!, body);
}

const TCP4 = 0x11;
const TCP6 = 0x21;

function readAddresses(
  family: number,
  body: Uint8Array,
): ProxiedPeer | undefined {
  const size = family === TCP4 ? 4 : family === TCP6 ? 16 : 0;
  if (size === 0) return undefined;
  if (body.length < 2 * size + 4) {
    throw new BadProxyHeader("The PROXY header is too short");
  }
  const port = (at: number) => body[at]! << 8 | body[at + 1]!;
  return peerOf(
    formatIp(body.subarray(0, size)),
    port(2 * size),
    formatIp(body.subarray(size, 2 * size)),
    port(2 * size + 2),
  );
}

function peerOf(
  remoteAddress: string,
  remotePort: number,
  localAddress: string,
  localPort: number,
): ProxiedPeer | undefined {
  if (
    parseIp(remoteAddress) === undefined || parseIp(localAddress) === undefined
  ) return undefined;
  if (remotePort > 65535 || localPort > 65535) return undefined;
  return {
    remoteAddress: withoutMapping(remoteAddress),
    remotePort,
    localAddress: withoutMapping(localAddress),
    localPort,
  };
}

function formatIp(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const words: string[] = [];
  for (let i = 0; i < 16; i += 2) {
    words.push((octets[i]! << 8 | octets[i + 1]!).toString(16));
  }
  // RFC 5952 §4.2: the longest run of zeros, if it has two words, becomes "::".
  const runs = [...words.join(":").matchAll(/(?:^|:)(?:0(?::|$)){2,}/g)].map((
    run,
  ) => run[0]);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  return longest === undefined
    ? words.join(":")
    : words.join(":").replace(longest, "::");
}
