import { assertEquals } from "@std/assert";
import { isInRange, parseIp, peerKey } from "../../src/net/mod.ts";

Deno.test("parseIp() reads addresses and refuses what is none", () => {
  const table: [string, string | undefined][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["256.0.0.1", undefined],
    ["1.2.3", undefined],
    ["1.2.3.4.5", undefined],
    ["", undefined],
    ["::", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"],
    ["::1", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1"],
    ["2001:db8::ff00:42", "32.1.13.184.0.0.0.0.0.0.0.0.255.0.0.66"],
    ["1:2:3:4:5:6:7:8", "0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.8"],
    ["1:2:3:4:5:6:7", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1:2:3:4:5:6:7::8", undefined],
    ["1::2::3", undefined],
    ["12345::", undefined],
    ["g::", undefined],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["64:ff9b::192.0.2.1", "0.100.255.155.0.0.0.0.0.0.0.0.192.0.2.1"],
    ["fe80::1%eth0", "254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1"],
  ];
  for (const [text, expected] of table) {
    assertEquals(parseIp(text)?.join("."), expected, text);
  }
});

Deno.test("isInRange() compares the prefix and nothing behind it", () => {
  const table: [string, string, boolean][] = [
    ["192.0.2.77", "192.0.2.0/24", true],
    ["192.0.3.77", "192.0.2.0/24", false],
    ["192.0.2.77", "192.0.2.64/28", true],
    ["192.0.2.80", "192.0.2.64/28", false],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.2", "192.0.2.1", false],
    ["8.8.8.8", "0.0.0.0/0", true],
    ["2001:db8:1::1", "2001:db8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["::1", "0.0.0.0/0", false],
    ["::ffff:127.0.0.1", "127.0.0.0/8", true],
    ["nonsense", "0.0.0.0/0", false],
  ];
  for (const [address, range, expected] of table) {
    assertEquals(isInRange(address, range), expected, `${address} in ${range}`);
  }
});

Deno.test("peerKey() takes an IPv6 /64 for one peer", () => {
  assertEquals(peerKey("2001:db8::1"), peerKey("2001:db8::ffff:1"));
  assertEquals(peerKey("2001:db8::1") === peerKey("2001:db8:0:1::1"), false);
  assertEquals(peerKey("::ffff:192.0.2.1"), peerKey("192.0.2.1"));
});
