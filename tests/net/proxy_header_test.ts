import { assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import {
  BadProxyHeader,
  type ProxiedPeer,
  readProxyHeader,
} from "../../src/net/mod.ts";
import { Wire } from "../../src/wire/mod.ts";
import { Peer, start } from "./harness.ts";

/** What readProxyHeader() makes of `text`, fed whole or an octet at a time; "more" while it waits. */
function read(
  text: string,
  step: number,
): ProxiedPeer | undefined | "bad" | "more" {
  const wire = new Wire();
  const session = readProxyHeader(wire);
  try {
    let result = session.next();
    for (let at = 0; at < text.length && !result.done; at += step) {
      wire.feed(latin1Encode(text.slice(at, at + step)));
      result = session.next("input");
    }
    return result.done ? result.value : "more";
  } catch (error) {
    if (error instanceof BadProxyHeader) return "bad";
    throw error;
  }
}

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const V4 = "\xc0\x00\x02\x01\x7f\x00\x00\x01\x10\x00\x00\x19";

Deno.test("readProxyHeader() reads both versions and refuses everything else", () => {
  const peer = (
    remoteAddress: string,
    remotePort: number,
    localAddress: string,
    localPort: number,
  ) => ({ remoteAddress, remotePort, localAddress, localPort });
  const v6 = "\x20\x01\x0d\xb8" + "\0".repeat(11) + "\x01";
  const table: [string, ReturnType<typeof read>][] = [
    [
      "PROXY TCP4 192.0.2.1 127.0.0.1 4096 25\r\n",
      peer("192.0.2.1", 4096, "127.0.0.1", 25),
    ],
    [
      "PROXY TCP6 2001:db8::1 ::1 4096 25\r\n",
      peer("2001:db8::1", 4096, "::1", 25),
    ],
    ["PROXY UNKNOWN\r\n", undefined],
    [
      "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c000:202 4096 25\r\n",
      peer("192.0.2.1", 4096, "192.0.2.2", 25),
    ],
    ["PROXY UNKNOWN ffff:: ::1 1 2\r\n", undefined],
    ["PROXY TCP4 2001:db8::1 ::1 4096 25\r\n", "bad"],
    ["PROXY TCP4 192.0.2.1 127.0.0.1 99999 25\r\n", "bad"],
    ["PROXY TCP4 192.0.2.1 127.0.0.1 4096\r\n", "bad"],
    ["PROXY TCP4 192.0.2.1 127.0.0.1 4096 25\n\r\n", "bad"],
    ["P" + "x".repeat(200) + "\r\n", "bad"],
    ["PROXY", "more"],
    [
      `${SIGNATURE}\x21\x11\x00\x0c${V4}`,
      peer("192.0.2.1", 4096, "127.0.0.1", 25),
    ],
    [
      `${SIGNATURE}\x21\x21\x00\x24${v6}${v6}\x10\x00\x00\x19`,
      peer("2001:db8::1", 4096, "2001:db8::1", 25),
    ],
    [`${SIGNATURE}\x20\x00\x00\x00`, undefined],
    [`${SIGNATURE}\x21\x31\x00\x00`, undefined],
    [`${SIGNATURE}\x22\x11\x00\x0c${V4}`, "bad"],
    [`${SIGNATURE}\x11\x11\x00\x0c${V4}`, "bad"],
    [`${SIGNATURE}\x21\x11\xff\xff`, "bad"],
    [`${SIGNATURE}\x21\x11\x00\x04\x01\x02\x03\x04`, "bad"],
    ["EHLO client.example.org\r\n", "bad"],
  ];
  for (const [text, expected] of table) {
    assertEquals(read(text, text.length), expected, JSON.stringify(text));
    assertEquals(
      read(text, 1),
      expected,
      `octet by octet: ${JSON.stringify(text)}`,
    );
  }
});

Deno.test("a listed proxy speaks for its peer, and the header is demanded of it", async () => {
  const { net, port, log } = start({ proxiesFrom: ["127.0.0.0/8"] });
  const proxied = await Peer.connect(port);
  await proxied.send("PROXY TCP4 192.0.2.1 127.0.0.1 4096 25\r\nWHO\r\n");
  assertEquals(await proxied.line(), "hello");
  assertEquals(await proxied.line(), "192.0.2.1 4096 clear - 0");
  const plain = await Peer.connect(port);
  await plain.send("WHO WHO WHO WHO WHO\r\n");
  assertEquals(await plain.line(), undefined);
  assertEquals(log.at(-1)?.event, "bad_proxy_header");
  proxied.close();
  plain.close();
  await net.stop(1000);
});

Deno.test("a peer that is not listed cannot claim another address", async () => {
  const { net, port } = start({ proxiesFrom: ["192.0.2.0/24"] });
  const peer = await Peer.connect(port);
  await peer.send("PROXY TCP4 192.0.2.1 127.0.0.1 4096 25\r\n");
  assertEquals(await peer.line(), "hello");
  assertEquals(await peer.line(), "echo PROXY");
  peer.close();
  await net.stop(1000);
});
