/** Calls to a running server. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  callServer,
  ControlRefusal,
  NotRunning,
  type Operations,
  serveControl,
} from "../../src/control/mod.ts";

const operations: Operations = {
  async *count({ to }) {
    for (let i = 1; i <= Number(to); i++) yield i;
    await Promise.resolve();
  },
  // deno-lint-ignore require-yield
  async *refuse() {
    await Promise.resolve();
    throw new ControlRefusal("not today");
  },
  // deno-lint-ignore require-yield
  async *fail() {
    await Promise.resolve();
    throw new Error("a secret of ours");
  },
};

async function withServer(
  run: (folder: string, logged: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const server = await serveControl({ folder, operations, log });
  try {
    await run(folder, logged);
  } finally {
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("control: items come in their order, however many", () =>
  withServer(async (folder) => {
    const items = await Array.fromAsync(
      callServer(folder, "count", { to: 50_000 }),
    );
    assertEquals(items.length, 50_000);
    assertEquals(items.at(-1), 50_000);
  }));

Deno.test("control: a caller that has enough stops the answer", () =>
  withServer(async (folder) => {
    for await (const item of callServer(folder, "count", { to: 1e9 })) {
      if (item === 3) break;
    }
    assertEquals(
      await Array.fromAsync(callServer(folder, "count", { to: 2 })),
      [1, 2],
    );
  }));

Deno.test("control: a refusal tells why, a fault of ours does not", () =>
  withServer(async (folder, logged) => {
    const call = (name: string) => Array.fromAsync(callServer(folder, name));
    await assertRejects(() => call("refuse"), ControlRefusal, "not today");
    await assertRejects(
      () => call("fail"),
      ControlRefusal,
      "the log tells why",
    );
    await assertRejects(() => call("constructor"), ControlRefusal, "no call");
    assertEquals(
      logged.filter((event) => event === "control_failed").length,
      1,
    );
  }));

Deno.test("control: only who can read the data folder may call", () =>
  withServer(async (folder) => {
    const path = `${folder}/control`;
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    const place = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(
      path,
      JSON.stringify({ ...place, secret: "guess" }),
    );
    await assertRejects(
      () => Array.fromAsync(callServer(folder, "count", { to: 1 })),
      ControlRefusal,
      "secret is wrong",
    );
  }));

Deno.test("control: garbage does not end the server", () =>
  withServer(async (folder) => {
    const { port } = JSON.parse(await Deno.readTextFile(`${folder}/control`));
    for (const text of ["{\n", "GET / HTTP/1.1\r\n\r\n", "null\n", ""]) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await conn.write(new TextEncoder().encode(text));
      await conn.closeWrite();
      await conn.read(new Uint8Array(1000));
      conn.close();
    }
    assertEquals(
      await Array.fromAsync(callServer(folder, "count", { to: 1 })),
      [1],
    );
  }));

Deno.test("control: without a server the caller hears so", async () => {
  const folder = await Deno.makeTempDir();
  const call = () => Array.fromAsync(callServer(folder, "count"));
  await assertRejects(call, NotRunning);
  await withServer(async (other) => {
    await Deno.copyFile(`${other}/control`, `${folder}/control`);
  });
  await assertRejects(call, NotRunning);
  await Deno.remove(folder, { recursive: true });
});
