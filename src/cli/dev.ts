/** `denomaild dev`: runs a server with demo accounts on loopback, to try things with. */

import { resolve } from "node:path";
import {
  type Command,
  optionValue,
  sharedOptions,
  UsageError,
} from "./subcommand.ts";

/** Standard ports plus this: 2025, 2587, 2465, 2110, 2995, 2024. */
const PORT_BASE = 2000;
const PORT_BASE_MAX = 60_000;

export const dev: Command = {
  name: "dev",
  summary: "run a server with demo accounts on loopback",
  options: [
    sharedOptions.data,
    {
      name: "port-base",
      value: "N",
      meaning: "ports are the usual ones plus N (2000); 0 takes free ones",
    },
    {
      name: "ready-file",
      value: "FILE",
      meaning: "a JSON file that is written when every port is open",
    },
  ],
  details:
    "Without --data the mail is kept in a temporary folder, which goes when the server stops.",
  run: async (invocation) => {
    const { runConfined } = await import("./confine.ts");
    const portBase = portBaseOf(optionValue(invocation, "port-base"));
    const named = optionValue(invocation, "data");
    const readyName = optionValue(invocation, "ready-file");
    const readyFile = readyName === undefined ? undefined : resolve(readyName);
    const data = named === undefined
      ? await Deno.makeTempDir({ prefix: "denomaild-" })
      : resolve(named);
    await Deno.mkdir(data, { recursive: true, mode: 0o700 });
    const written = readyFile === undefined
      ? []
      : [readyFile, `${readyFile}.partial`];
    return await runConfined(
      {
        kind: "dev",
        data,
        temporary: named === undefined,
        portBase,
        readyFile,
      },
      { read: [data, ...written], write: [data, ...written] },
    );
  },
};

function portBaseOf(text: string | undefined): number {
  if (text === undefined) return PORT_BASE;
  const base = Number(text);
  if (/^\d+$/.test(text) && base <= PORT_BASE_MAX) return base;
  throw new UsageError(
    `--port-base is a number from 0 to ${PORT_BASE_MAX}, not "${text}"`,
  );
}
