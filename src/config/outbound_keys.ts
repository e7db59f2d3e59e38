/** The objects `Outbound`, `DNS` and `Stories`: how mail goes out, and what is known of it afterwards. */

import { z } from "zod";
import {
  count,
  dictionary,
  flag,
  hostAndPort,
  hostName,
  ipAddress,
  routedDomain,
  seconds,
} from "./kinds.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

const tlsRule = z.enum(["auto", "verified", "encrypted", "any", "never"]);

const deliverRoute = z.strictObject({
  host: hostName.optional().describe(
    "The host that takes the mail, in place of those that DNS names: a smarthost, or another store.",
  ),
  port: z.int().min(1).max(65535).optional().describe(
    "Its port; by default 25, 24 for LMTP, 465 with implicit_tls, 587 with a user.",
  ),
  protocol: z.enum(["smtp", "lmtp"]).default("smtp").describe(
    '"lmtp" hands mail over to another store (RFC 2033).',
  ),
  implicit_tls: flag(false).describe("The connection begins with TLS."),
  tls: tlsRule.optional().describe(
    "Overrides the key tls of Outbound; alone it is a rule for the hosts that DNS names.",
  ),
  user: z.string().min(1).optional().describe("The login at the host."),
  password: z.string().min(1).optional().describe("Its password."),
  source_addresses: z.array(ipAddress).optional().describe(
    "Overrides the key source_addresses of Outbound.",
  ),
  relay: flag(false).describe(
    "Whether mail for the domain is taken from anybody: as a backup MX, or in front of another store.",
  ),
});

const route = z.union([z.enum(["hold", "discard", "mx"]), deliverRoute]);

export const outboundKeys = z.strictObject({
  Routes: dictionary(routedDomain, route).describe(
    'Other ways than MX records for some domains: ".example.net" is all below example.net, "*" is all the rest. ' +
      '"hold" keeps mail until it is released, "discard" drops it, "mx" does what DNS says.',
  ).meta({
    examples: [{
      "example.net": { host: "10.0.0.2", protocol: "lmtp", relay: true },
      "*": {
        host: "smtp.example.com",
        port: 465,
        implicit_tls: true,
        user: "alice",
        password: "…",
      },
    }],
  }),
  enabled: flag(true).describe(
    "Whether users may send to other servers; without it such recipients are refused.",
  ),
  tls: tlsRule.default("auto").describe(
    'How connections to other servers are protected: "auto" does what a domain publishes (DANE, MTA-STS) and has shown before, ' +
      'and else whatever TLS can be had; "verified" and "encrypted" insist; "any" never insists; "never" does without.',
  ),
  remember_tls_days: z.int().min(0).max(365).default(30).describe(
    "Days for which a domain that has been reached under TLS is not spoken to with less; 0 remembers nothing.",
  ),
  mta_sts: flag(true).describe("Obeys MTA-STS policies (RFC 8461)."),
  dane: flag(true).describe(
    "Obeys DANE (RFC 7672), where DNS.validates says that answers are proven.",
  ),
  source_addresses: z.array(ipAddress).default([]).describe(
    "The addresses that connections come from, at most one of IPv4 and one of IPv6; by default what the system chooses.",
  ).meta({ examples: [["192.0.2.1", "2001:db8::1"]] }),
  addresses: z.enum(["any", "ipv4", "ipv6"]).default("any").describe(
    "Which addresses of other servers are connected to.",
  ),
  port: z.int().min(1).max(65535).default(25).describe(
    "The port of other servers that DNS names.",
  ),
  connections: count(100).describe("Connections to other servers at a time."),
  connections_per_destination: count(10).describe(
    "The same to one domain or smarthost; it begins with one, and each success allows one more.",
  ),
  messages_per_connection: count(100).describe(
    "Messages after which a connection is closed.",
  ),
  delay_warning: seconds(4 * HOUR).describe(
    "Seconds after which a sender hears that a message is still on its way (RFC 3461 §5.2.3).",
  ),
  give_up: seconds(5 * DAY).describe(
    "Seconds after which a message that cannot be delivered goes back (RFC 5321 §4.5.4.1 asks for 4 days and more).",
  ),
});

export const dnsKeys = z.strictObject({
  servers: z.array(hostAndPort).default([]).describe(
    "Addresses of name servers, with a port where it is not 53; by default those of the system (/etc/resolv.conf).",
  ).meta({ examples: [["127.0.0.1", "[::1]:5353"]] }),
  validates: flag(false).describe(
    "Whether the servers above check DNSSEC and the way to them is safe, so that DANE and REQUIRETLS may build on what they say (RFC 7672 §2.1.1).",
  ),
});

export const storyKeys = z.strictObject({
  days: z.int().min(1).max(3650).default(30).describe(
    'Days for which "denomaild explain" can tell what happened to a message.',
  ),
});
