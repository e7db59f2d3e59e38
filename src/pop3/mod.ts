/**
 * POP3, server side: a maildrop that one client at a time downloads and empties.
 *
 * Obeys RFC 1939 (STD 53), RFC 2449 (CAPA, response codes), RFC 2595 §4 (STLS),
 * RFC 3206 (SYS and AUTH codes), RFC 5034 (AUTH) and RFC 6856 (UTF8, LANG).
 *
 * How it hangs together: {@linkcode pop3Session} reads a line, finds the row in
 * `commands.ts`, checks its state and runs it. A row returns a {@linkcode Reply} or
 * throws a {@linkcode Refusal}. CAPA is derived from the rows of `capabilities.ts`.
 *
 * Decisions that a client can see:
 * - A message that another program removed during the session keeps its number and
 *   size; RETR and TOP answer `-ERR [SYS/TEMP]`, because the next login is without it.
 * - QUIT marks what RETR fetched as seen, as gomaild moved it to `read/`.
 * - A message with UTF-8 in its header is served untouched outside UTF8 mode, too
 *   (RFC 6856 §4 leaves the remedy open): a refusal would lock users out of their mail.
 * - A message that cannot be read to its end closes the connection without the last
 *   dot, so that no client takes half a message for a whole one.
 *
 * Leaves out sockets and TLS (`net/`), passwords (`accounts/`), delays after failed
 * logins (the driver's) and RFC 1734, which RFC 5034 replaced.
 *
 * @module
 */

export { pop3Session } from "./session.ts";
export {
  type LoginDelay,
  type MaildropLocks,
  pop3Defaults,
  type Pop3Keys,
  type Pop3Setting,
} from "./setting.ts";
