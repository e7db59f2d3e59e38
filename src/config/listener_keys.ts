/** The array `Listeners`: which ports are served, and how. */

import { z } from "zod";
import { ipAddress, ipRange } from "./kinds.ts";
import { type ListenerName, listenerPorts } from "./listeners.ts";

const names = Object.keys(listenerPorts) as [ListenerName, ...ListenerName[]];

export const listenerKeys = z.strictObject({
  kind: z.enum(names).describe(
    '"smtp" for other servers, "submission" and "submissions" for mail programs ' +
      '(STARTTLS and TLS from the start), "lmtp" for a mail server in front of this one, ' +
      '"pop3" and "pop3s", "imap" and "imaps".',
  ),
  port: z.int().min(0).max(65535).optional().describe(
    "The port; by default 25, 587, 465, 24, 110, 995, 143 and 993. 0 takes a free one.",
  ),
  addresses: z.array(ipAddress).min(1).optional().describe(
    'The IP addresses to listen on; by default all ("::" takes IPv4, too), for "lmtp" 127.0.0.1.',
  ),
  proxies: z.array(ipRange).default([]).describe(
    "Addresses and ranges of proxies whose connections begin with a PROXY header, version 1 or 2.",
  ),
});
