/** COMPRESS=DEFLATE: fewer octets on the wire (RFC 4978). */

import type { ImapSession } from "../imap_session.ts";
import type { Command, Extension } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { no, ok } from "../status.ts";

const command: Command = {
  name: "COMPRESS",
  syntax: "COMPRESS DEFLATE",
  states: AFTER_LOGIN,
  run(s, scanner) {
    scanner.space();
    const mechanism = scanner.word("DEFLATE");
    scanner.end();
    if (s.compressed) {
      return no("DEFLATE is active already", "COMPRESSIONACTIVE");
    }
    if (mechanism !== "DEFLATE" || !offersCompress(s)) {
      return no("That compression is not available", "CANNOT");
    }
    s.compressed = true;
    s.afterCompletion = "deflate";
    return ok("DEFLATE active");
  },
};

function offersCompress(s: ImapSession): boolean {
  return s.setting.enable_compress && !s.compressed;
}

export const compress: Extension = {
  rfc: "RFC 4978",
  announce: (s) =>
    s.login !== undefined && offersCompress(s) ? ["COMPRESS=DEFLATE"] : [],
  commands: [command],
};
