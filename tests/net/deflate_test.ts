import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import {
  concatBytes,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import { DeflateTransport } from "../../src/net/deflate.ts";
import type { Transport } from "../../src/net/transport.ts";

/** A transport whose input is given, and whose output is kept. */
function below(
  input: readonly Uint8Array[],
): Transport & { sent: Uint8Array[] } {
  const left = [...input];
  const sent: Uint8Array[] = [];
  return {
    sent,
    read: () => Promise.resolve(left.shift()),
    write: (bytes) => Promise.resolve(void sent.push(bytes)),
    closeWrite: () => Promise.resolve(),
    close: () => {},
  };
}

function squeezed(text: string): Uint8Array {
  return deflateRawSync(latin1Encode(text), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
}

Deno.test("DeflateTransport passes each write on at once, as one stream (RFC 4978 §3)", async () => {
  const lower = below([]);
  const transport = new DeflateTransport(lower);
  const said: string[] = [];
  for (const line of ["* OK one\r\n", "* OK two\r\n", "x".repeat(300_000)]) {
    await transport.write(latin1Encode(line));
    const whole = inflateRawSync(concatBytes(lower.sent), {
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    said.push(latin1Decode(whole));
  }
  assertEquals(said[0], "* OK one\r\n");
  assertEquals(said[1], "* OK one\r\n* OK two\r\n");
  assertEquals(said[2]!.length, 20 + 300_000);
  transport.close();
});

Deno.test("DeflateTransport reads what a peer compressed, however it is cut", async () => {
  const octets = squeezed("a1 NOOP\r\na2 LOGOUT\r\n");
  const transport = new DeflateTransport(
    below(Array.from(octets, (octet) => Uint8Array.of(octet))),
  );
  let text = "";
  for (let piece; (piece = await transport.read()) !== undefined;) {
    text += latin1Decode(piece);
  }
  assertEquals(text, "a1 NOOP\r\na2 LOGOUT\r\n");
  transport.close();
});

Deno.test("DeflateTransport swallows a bomb in pieces of bounded size", async () => {
  const size = 20_000_000;
  const transport = new DeflateTransport(below([squeezed("\0".repeat(size))]));
  let most = 0;
  let total = 0;
  for (let piece; (piece = await transport.read()) !== undefined;) {
    most = Math.max(most, piece.length);
    total += piece.length;
  }
  assertEquals(total, size);
  assertLess(most, 2_000_000);
  transport.close();
});

Deno.test("DeflateTransport rejects octets that nobody compressed", async () => {
  const transport = new DeflateTransport(
    below([latin1Encode("a1 NOOP\r\na2 NOOP\r\n"), latin1Encode("more")]),
  );
  await assertRejects(async () => {
    while (await transport.read() !== undefined);
  });
  transport.close();
});
