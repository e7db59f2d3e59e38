/** Fetches MTA-STS policies over HTTPS (RFC 8461 §3.3). */

import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import type { Resolver } from "../../dns/mod.ts";
import type { FetchPolicy } from "./mta_sts.ts";

export interface FetchOptions {
  readonly resolver: Resolver;
  /** Opens a connection under TLS to the web server of that name; rejects unless it is proven. */
  readonly connect: (address: string, host: string) => Promise<Duplex>;
}

/** RFC 8461 §3.3 suggests both. */
const PATIENCE = 60_000;
const LARGEST = 64 * 1024;
const PATH = "/.well-known/mta-sts.txt";

/** By our own resolver, so that policy and hosts come from one source; redirects are not followed. */
export function fetchPolicyWith(options: FetchOptions): FetchPolicy {
  return async (domain) => {
    const host = `mta-sts.${domain}`;
    const { resolver } = options;
    const addresses = [
      ...(await resolver.a(host)).records,
      ...(await resolver.aaaa(host)).records,
    ];
    let failure: unknown = new Error(`"${host}" has no address`);
    for (const address of addresses.slice(0, 4)) {
      try {
        return await get(address, host, options);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

async function get(
  address: string,
  host: string,
  { connect }: FetchOptions,
): Promise<string> {
  const socket = await connect(address, host);
  return await new Promise((resolve, reject) => {
    const call = request({
      path: PATH,
      headers: { host, "user-agent": "denomaild" },
      // `node:https` asks for a right ("sys") that the confined server does not have.
      createConnection: () => socket,
    }, (response) => {
      textOf(response).then(resolve, reject).finally(end);
    });
    const timer = setTimeout(
      () => call.destroy(new Error(`"${host}" took too long`)),
      PATIENCE,
    );
    const end = () => {
      clearTimeout(timer);
      call.destroy();
    };
    call.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    call.end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) {
    throw new Error(`the answer was HTTP ${response.statusCode}`);
  }
  // RFC 8461 §3.2: the type is text/plain, whatever its parameters.
  const type = response.headers["content-type"] ?? "";
  if (!/^text\/plain\s*(?:;|$)/i.test(type)) {
    throw new Error(`the answer's type is "${type}", not text/plain`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > LARGEST) throw new Error("the policy is too large");
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).bytes());
}
