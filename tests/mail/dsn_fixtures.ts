/** Reports and what they look like: `tests/fixtures/dsn`, a JSON file in, an .eml file out. */

import { latin1Encode } from "../../src/bytes/mod.ts";
import type { DeliveryReport } from "../../src/mail/mod.ts";

export const DSN_FOLDER = new URL("../fixtures/dsn/", import.meta.url);

export interface DsnFixture {
  readonly name: string;
  readonly claim: string;
  readonly report: DeliveryReport;
  /** The composed report, octet for octet. */
  readonly golden: Uint8Array;
}

/** All fixtures, by name. */
export function dsnFixtures(): DsnFixture[] {
  return [...Deno.readDirSync(DSN_FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json")).sort().map(load);
}

function load(file: string): DsnFixture {
  const { claim, report, original } = JSON.parse(
    Deno.readTextFileSync(new URL(file, DSN_FOLDER)),
  );
  const octets = latin1Encode(original.join("\r\n"));
  const name = file.replace(".json", "");
  const golden = Deno.readFileSync(new URL(`${name}.eml`, DSN_FOLDER));
  const random = new Uint8Array(16).fill(42);
  const whole = { ...report, random, original: octets };
  return {
    name,
    claim,
    report: { ...whole, originalSize: octets.length },
    golden,
  };
}
