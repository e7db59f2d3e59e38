/** Which hosts take a domain's mail (RFC 5321 §5.1, RFC 7505). */

import { assertEquals } from "@std/assert";
import {
  findMailHosts,
  type MailHosts,
} from "../../../src/deliver/remote/mail_hosts.ts";
import { memoryResolver, type Zone } from "../../../src/dns/mod.ts";

const mx = (preference: number, exchange: string) => ({ preference, exchange });

const zone: Zone = {
  "one.test": { mx: [mx(10, "mx.one.test")], secure: true },
  "ordered.test": {
    mx: [mx(20, "c.test"), mx(5, "a.test"), mx(10, "b.test")],
  },
  "implicit.test": { a: ["192.0.2.1"] },
  "null.test": { mx: [mx(0, "")] },
  "mixed.test": { mx: [mx(0, ""), mx(10, "mx.one.test")] },
  "backup.test": {
    mx: [mx(5, "first.test"), mx(10, "us.test"), mx(20, "c.test")],
  },
  "loop.test": { mx: [mx(10, "us.test"), mx(20, "c.test")] },
  "trouble.test": { trouble: true },
  "twice.test": { mx: [mx(10, "a.test"), mx(20, "a.test"), mx(20, "b.test")] },
};

function told(found: MailHosts): string {
  return found.kind === "hosts"
    ? found.hosts.map(({ name, secure }) => secure ? `${name} (secure)` : name)
      .join(", ")
    : `${found.kind} ${found.reply.code} ${found.reply.enhanced}`;
}

function find(domain: string, random = () => 0): Promise<MailHosts> {
  const isOurs = (host: string) => host === "us.test";
  return findMailHosts(domain, {
    resolver: memoryResolver(zone),
    random,
    isOurs,
  });
}

const TABLE:
  readonly (readonly [domain: string, hosts: string, why: string])[] = [
    ["one.test", "mx.one.test (secure)", "its one host"],
    ["ordered.test", "a.test, b.test, c.test", "hosts by preference"],
    [
      "implicit.test",
      "implicit.test",
      "§5.1: without MX records the domain itself",
    ],
    [
      "null.test",
      "failed 556 5.1.10",
      "RFC 7505 §4.2: a domain that takes no mail",
    ],
    [
      "mixed.test",
      "mx.one.test",
      "RFC 7505 §3: a null MX beside others is none",
    ],
    [
      "backup.test",
      "first.test",
      "§5.1: only hosts that are better than we are",
    ],
    [
      "loop.test",
      "failed 554 5.4.6",
      "§5.1: we are the best host, and do not keep its mail",
    ],
    ["nowhere.test", "failed 550 5.1.2", "no such domain"],
    ["trouble.test", "later 451 4.4.3", "nobody can tell now"],
    ["twice.test", "a.test, b.test", "each host once"],
    ["[192.0.2.7]", "192.0.2.7", "RFC 5321 §4.1.3: an address literal"],
    ["[ipv6:2001:db8::7]", "2001:db8::7", "an IPv6 literal"],
  ];

for (const [domain, hosts, why] of TABLE) {
  Deno.test(`mail hosts of ${domain}: ${why}`, async () => {
    assertEquals(told(await find(domain)), hosts);
  });
}

Deno.test("mail hosts: those of one preference come in an order of chance", async () => {
  const draws = (numbers: number[]) => () => numbers.shift()!;
  const many: Zone = {
    "many.test": { mx: [mx(10, "a.test"), mx(10, "b.test"), mx(20, "c.test")] },
  };
  const order = async (numbers: number[]) => {
    const resolver = memoryResolver(many);
    const query = { resolver, random: draws(numbers), isOurs: () => false };
    return told(await findMailHosts("many.test", query));
  };
  assertEquals(await order([0.1, 0.9, 0.5]), "a.test, b.test, c.test");
  assertEquals(await order([0.9, 0.1, 0.5]), "b.test, a.test, c.test");
});

Deno.test("mail hosts: more than twenty are for show", async () => {
  const hosts = Array.from({ length: 50 }, (_, i) => mx(i, `h${i}.test`));
  const resolver = memoryResolver({ "show.test": { mx: hosts } });
  const query = { resolver, random: () => 0, isOurs: () => false };
  const found = await findMailHosts("show.test", query);
  assertEquals(found.kind === "hosts" && found.hosts.length, 20);
});
