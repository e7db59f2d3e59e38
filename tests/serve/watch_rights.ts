/** A program for `confine_test.ts`: starts a server and tells what its own thread may do. */

import { runConfined } from "../../src/cli/confine.ts";

const data = Deno.args[0]!;

async function attempt(act: () => unknown): Promise<string> {
  try {
    await act();
    return "done";
  } catch (error) {
    return (error as Error).name;
  }
}

async function tell(): Promise<void> {
  console.log(JSON.stringify({
    read: await attempt(() => Deno.readDirSync(data).next()),
    write: await attempt(() => Deno.mkdirSync(`${data}/x/y`)),
    listen: await attempt(() => Deno.listen({ port: 0 }).close()),
    source: await attempt(() => Deno.readTextFileSync(import.meta.filename!)),
  }));
}

await tell();
setInterval(tell, 100);
Deno.exit(
  await runConfined(
    {
      kind: "dev",
      data,
      temporary: false,
      portBase: 0,
      readyFile: undefined,
    },
    { read: [data], write: [data] },
  ),
);
