/**
 * SMTP as a server speaks it: relaying in (port 25), submission (587, 465) and LMTP.
 *
 * Obeys RFC 5321, RFC 6409 and RFC 2033, and the extensions that `extensions.ts`
 * lists with their RFCs. `session.ts` is the dialogue; a command or an extension is
 * one row in one file. Leaves out sockets and TLS (`net/`), what a mailbox is
 * (`store/`), and everything that happens after the spool has the message.
 *
 * @module
 */

export { smtpSession } from "./session.ts";
export {
  defaultSmtpLimits,
  defaultSmtpMessages,
  type EtrnSetting,
  type ListenerKind,
  type QueueNode,
  type SmtpLimits,
  type SmtpMessages,
  type SmtpSetting,
} from "./setting.ts";
