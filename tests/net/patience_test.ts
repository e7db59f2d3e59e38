/** Peers that do nothing: each wait has an end, which is tried here without waiting. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Certificates,
  Deadline,
  Deadlines,
  Drive,
  HandshakeFailed,
  PlainTransport,
  readProxyHeader,
  selfSignedCertificate,
  startServerTls,
  type Transport,
} from "../../src/net/mod.ts";
import {
  Disconnected,
  flush,
  limits,
  type Session,
  Wire,
} from "../../src/wire/mod.ts";

/** A peer that sends nothing and takes nothing until the connection is closed. */
class Stuck implements Transport {
  readonly #gone = Promise.withResolvers<never>();
  closed = false;

  constructor() {
    this.#gone.promise.catch(() => {});
  }

  read = () => this.#gone.promise;
  write = () => this.#gone.promise;
  closeWrite = () => this.#gone.promise;
  close(): void {
    this.closed = true;
    this.#gone.reject(new Error("closed"));
  }
}

/** Deadlines that pass when the test says so. */
class ByHand extends Deadlines {
  one = new Deadline(() => {});

  override add(expire: () => void): Deadline {
    return this.one = new Deadline(expire);
  }

  override remove(): void {}
}

Deno.test("a peer that takes no output has so long, and then loses its connection", async () => {
  const wire = new Wire();
  const transport = new Stuck();
  const deadlines = new ByHand();
  let thrown: unknown;
  function* session(): Session<void> {
    wire.sendLine("hello");
    try {
      yield* flush();
    } catch (error) {
      thrown = error;
    }
  }
  const before = performance.now();
  const running = new Drive({
    wire,
    session: session(),
    transport,
    deadlines,
    upgrade: () => Promise.reject(new Error("not here")),
  }).run();
  const { at } = deadlines.one;
  assert(at >= before + limits.wire.writePatience, `${at}`);
  assert(at <= performance.now() + limits.wire.writePatience, `${at}`);
  assertEquals(transport.closed, false);
  deadlines.one.expire();
  await running;
  assertEquals(transport.closed, true);
  assert(thrown instanceof Disconnected);
});

Deno.test("a proxy that sends no header has so long", () => {
  const step = readProxyHeader(new Wire()).next().value;
  assert(step !== undefined && "patience" in step);
  assertEquals(step.patience, limits.wire.proxyPatience);
});

Deno.test("a client that begins TLS and says no more has so long", async () => {
  const pem = await selfSignedCertificate(["localhost"], Date.now());
  const certificates = new Certificates([pem]);
  const stuck = new Stuck();
  const { setTimeout } = globalThis;
  const waits = new Map<unknown, () => void>();
  const note = (run: () => void, delay?: number) => {
    waits.set(delay, run);
    return 0;
  };
  globalThis.setTimeout = note as unknown as typeof setTimeout;
  try {
    const plain = new PlainTransport(stuck as unknown as Deno.Conn);
    const started = startServerTls(plain, certificates, undefined);
    const expire = waits.get(limits.wire.handshakePatience);
    assert(expire !== undefined, "nothing ends the wait");
    expire();
    await assertRejects(() => started, HandshakeFailed, "too long");
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(stuck.closed, true);
});
