/**
 * CRAM-MD5: a keyed digest of the server's challenge (RFC 2195).
 *
 * Needs the password itself on the server, so it serves only accounts that opted in.
 *
 * @module
 */

import { createHmac } from "node:crypto";
import { utf8Encode } from "../bytes/mod.ts";
import { type Mechanism, SaslSyntaxError } from "./mechanism.ts";
import { responseText } from "./response_text.ts";
import { provenBy } from "./shared_secret.ts";
import { timestamp } from "./timestamp.ts";

// RFC 2195 §2: the name, a space, the digest in lower-case hexadecimal. The name may hold spaces.
const RESPONSE = /^(.+) ([0-9a-f]{32})$/s;

export const cramMd5: Mechanism = {
  name: "CRAM-MD5",
  clientFirst: false,
  plaintext: false,
  legacy: true,
  needsBinding: false,
  *run(context) {
    const challenge = timestamp(context);
    const response = responseText(yield* context.ask(utf8Encode(challenge)));
    const [, login, digest] = RESPONSE.exec(response) ?? [];
    if (login === undefined || digest === undefined) {
      throw new SaslSyntaxError("CRAM-MD5 response is no name with a digest");
    }
    return yield* provenBy(
      context,
      login,
      digest,
      (secret) => createHmac("md5", secret).update(challenge).digest("hex"),
    );
  },
};
