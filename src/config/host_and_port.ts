/** Addresses of servers in the configuration. */

import { isIP } from "node:net";

/**
 * Reads "127.0.0.1", "127.0.0.1:5353", "::1" or "[::1]:5353".
 *
 * @param port What it is where the text names none.
 */
export function parseHostAndPort(
  text: string,
  port: number,
): { readonly address: string; readonly port: number } | undefined {
  if (isIP(text) !== 0) return { address: text, port };
  const [, v6, v4, digits] =
    /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = v6 ?? v4;
  if (address === undefined || isIP(address) !== (v6 ? 6 : 4)) return undefined;
  const number = Number(digits);
  return number >= 1 && number <= 65535 ? { address, port: number } : undefined;
}
