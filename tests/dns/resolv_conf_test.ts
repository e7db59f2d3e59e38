/** resolv.conf's servers, in their order. */

import { assertEquals } from "@std/assert";
import { parseResolvConf } from "../../src/dns/mod.ts";

const TABLE: Readonly<Record<string, readonly string[]>> = {
  "nameserver 192.0.2.1\nnameserver 2001:DB8::53\n": [
    "192.0.2.1",
    "2001:db8::53",
  ],
  "# a comment\n; another\nsearch example.test\noptions edns0 trust-ad\nnameserver\t192.0.2.1 # why\r\n":
    ["192.0.2.1"],
  "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4":
    ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
  "nameserver ns.example.test\nnameserver 1.2.3\nnameserver fe80::1%eth0\n nameserver 192.0.2.9\nnameserverx 192.0.2.8\nnameserver\nnameserver 192.0.2.1":
    ["192.0.2.1"],
  "": ["127.0.0.1"],
  "\0\xff\nnameserver": ["127.0.0.1"],
};

Deno.test("resolv.conf: servers in their order, what makes no sense passed over", () => {
  for (const [text, addresses] of Object.entries(TABLE)) {
    const servers = addresses.map((address) => ({ address, port: 53 }));
    assertEquals(parseResolvConf(text), servers, text);
  }
});
