import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { nextSize, PlainTransport } from "../../src/net/transport.ts";
import { giveWideBuffer, takeWideBuffer } from "../../src/net/wide_buffers.ts";
import { limits } from "../../src/wire/mod.ts";

const {
  readBuffer: small,
  readBufferWide: wide,
  readBufferMax: most,
} = limits.wire;

/** The buffer of the last read, what it took, whether much is expected, and the next buffer. */
const TABLE: readonly [number, number, boolean, number][] = [
  // At rest.
  [small, 0, false, small],
  [small, 40, false, small],
  [small, small - 1, false, small],
  // A message begins.
  [small, 6, true, wide],
  // The peer fills what there is.
  [small, small, false, wide],
  [small, small, true, wide],
  [wide, wide, false, most],
  [wide, wide, true, most],
  [most, most, true, most],
  // It slows down, and ends.
  [most, wide, true, most],
  [most, wide - 1, true, wide],
  [wide, 1, true, wide],
  [most, 1, false, small],
  [wide, wide - 1, false, small],
];

Deno.test("a read buffer is wide inside a message or behind a full one, and small again at once", () => {
  for (const [size, count, expectsMuch, next] of TABLE) {
    const given = `${size} ${count} ${expectsMuch}`;
    assertEquals(nextSize(size, count, expectsMuch), next, given);
  }
});

Deno.test("PlainTransport reads into a small buffer, a wide one while it is told so, and gives that back", async () => {
  const { ours, theirs } = await pair();
  const transport = new PlainTransport(ours);
  const read = async (text: string, expectsMuch: boolean) => {
    await theirs.write(new TextEncoder().encode(text));
    const octets = await transport.read(expectsMuch);
    assertEquals(new TextDecoder().decode(octets), text);
    return octets!.buffer;
  };
  const first = await read("MAIL", false);
  assertEquals(first.byteLength, small);
  const message = await read("Subject: x", true);
  assertEquals(message.byteLength, wide);
  assertStrictEquals(await read("RSET", false), first);
  assertStrictEquals(takeWideBuffer().buffer, message);
  // Another message, at whose end the connection ends.
  const last = await read("Subject: y", true);
  transport.close();
  transport.release();
  assertStrictEquals(takeWideBuffer().buffer, last);
  theirs.close();
});

Deno.test("PlainTransport keeps a buffer that a read may still write to", async () => {
  const { ours, theirs } = await pair();
  const transport = new PlainTransport(ours);
  const mark = takeWideBuffer();
  giveWideBuffer(mark);
  const reading = transport.read(true).catch(() => "over");
  transport.release();
  assert(takeWideBuffer() !== mark);
  transport.close();
  assertEquals(await reading, "over");
  theirs.close();
});

Deno.test("few wide buffers rest", () => {
  const buffers = Array.from({ length: 100 }, () => takeWideBuffer());
  for (const buffer of buffers) giveWideBuffer(buffer);
  const again = Array.from({ length: 100 }, () => takeWideBuffer());
  assertEquals(again.filter((one) => buffers.includes(one)).length, 16);
});

/** Both ends of a connection. */
async function pair(): Promise<{ ours: Deno.Conn; theirs: Deno.Conn }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [theirs, ours] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port }),
    listener.accept(),
  ]);
  return { ours, theirs };
}
