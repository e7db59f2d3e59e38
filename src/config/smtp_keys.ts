/** The object `SMTP`: gomaild's keys, and the limits of a session (RFC 5321 §4.5.3). */

import { z } from "zod";
import { limits } from "../wire/mod.ts";
import { count, flag, ipRange, lineText, seconds } from "./kinds.ts";
import { faultKeys, mechanismKeys } from "./shared_keys.ts";

export const smtpKeys = z.strictObject({
  start_greeting: lineText("").describe(
    'Text after "220 <server_name> ESMTP" at the start of a connection.',
  ),
  end_greeting: lineText("Closing connection").describe(
    "Text of the reply to QUIT.",
  ),
  helo_message: lineText("").describe(
    "Text after the server's name in the reply to HELO.",
  ),
  ehlo_message: lineText("").describe(
    "Text after the server's name in the reply to EHLO and LHLO.",
  ),
  sender_ok_message: lineText("Sender OK").describe(
    "Text of the reply to a MAIL command that is accepted.",
  ),
  sender_invalid_message: lineText("Sender address is not valid").describe(
    "Text of the reply to a MAIL command whose address cannot be read.",
  ),
  recipient_ok_message: lineText("Recipient OK").describe(
    "Text of the reply to a RCPT command that is accepted.",
  ),
  recipient_invalid_message: lineText("Recipient address is not valid")
    .describe(
      "Text of the reply to a RCPT command whose address cannot be read.",
    ),
  data_start_message: lineText("End data with <CR><LF>.<CR><LF>").describe(
    "Text of the reply to DATA, before the message.",
  ),
  queued_message: lineText("Queued").describe(
    "Text of the reply to a message that is safely on disk; its id follows.",
  ),
  timeout: seconds(limits.smtp.idle / 1000).describe(
    "Seconds without a command until a connection is closed (RFC 5321 §4.5.3.2.7 asks for 300). 0 is the default.",
  ),
  timeout_message: lineText("Idle for too long, closing connection").describe(
    "Text of the reply that closes a silent connection.",
  ),
  enable_starttls: flag(true).describe(
    "Offers STARTTLS (RFC 3207) where there is a certificate.",
  ),
  enable_auth: flag(true).describe(
    "Offers AUTH (RFC 4954) on listeners for submission.",
  ),
  ...mechanismKeys,
  allow_plaintext_auth: flag(false).describe(
    "Lets PLAIN and LOGIN, which show the password, work without TLS.",
  ),
  check_from_header: flag(true).describe(
    "Refuses a submitted message whose From field names no address of the submitter.",
  ),
  etrn_clients: z.array(ipRange).default([]).describe(
    "Addresses and ranges whose clients may ask by ETRN (RFC 1985) that mail which waits for a domain is tried at once.",
  ).meta({ examples: [["192.0.2.0/24"]] }),
  etrn_authenticated: flag(false).describe(
    "Lets everybody ask so who has logged in.",
  ),
  max_message_size: count(limits.smtp.messageSize).describe(
    "Octets of the largest message that is accepted (RFC 1870).",
  ),
  max_recipients: count(limits.smtp.recipients).describe(
    "Recipients of one message; RFC 5321 §4.5.3.1.8 asks for at least 100.",
  ),
  max_received_hops: count(limits.smtp.receivedHops).describe(
    "Received fields of a message beyond which it is taken to run in a circle (RFC 5321 §6.3).",
  ),
  max_idle_commands: count(limits.smtp.idleCommands).describe(
    "Commands in a row that move no mail forward (NOOP, RSET, VRFY …) until the connection is closed.",
  ),
  ...faultKeys(limits.smtp),
});
