/**
 * SCRAM: both sides prove that they know the password, and neither shows it
 * (RFC 5802, RFC 7677), bound to the TLS channel or not (RFC 5929 §4).
 *
 * Failures end the exchange without a `server-error` (RFC 5802 §5.1 lets us):
 * its values would tell an unknown user from a wrong password.
 *
 * @module
 */

import { base64Encode, concatBytes, utf8Encode } from "../bytes/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import { requireSelf } from "./authorization.ts";
import {
  type Identity,
  type Mechanism,
  type SaslContext,
  SaslSyntaxError,
  type ScramHash,
} from "./mechanism.ts";
import { responseText } from "./response_text.ts";
import { sameBytes } from "./same_bytes.ts";
import { digest, hmac } from "./scram_hash.ts";
import {
  type ClientFirst,
  parseClientFinal,
  parseClientFirst,
} from "./scram_messages.ts";

/** The one channel binding that the platform can give us (RFC 5929 §4). */
const BINDING_TYPE = "tls-server-end-point";

const NONCE_OCTETS = 24;

/** RFC 5802 §7 `printable`: every visible character but the comma. */
const PRINTABLE = String.fromCharCode(
  ...Array.from({ length: 0x7f - 0x21 }, (_, i) => i + 0x21),
).replace(",", "");

/** SCRAM over `hash`; with `plus`, its variant that binds to the TLS channel. */
export function scram(
  hash: ScramHash,
  variant: { plus: boolean },
): Mechanism {
  return {
    name: `SCRAM-${hash.toUpperCase()}${variant.plus ? "-PLUS" : ""}`,
    clientFirst: true,
    plaintext: false,
    legacy: false,
    needsBinding: variant.plus,
    run: (context) => runScram(context, hash, variant.plus),
  };
}

function* runScram(
  context: SaslContext,
  hash: ScramHash,
  plus: boolean,
): Session<Identity | undefined> {
  const { ask, credentials } = context;
  const first = parseClientFirst(responseText(yield* ask(new Uint8Array(0))));
  const bound = expectedBinding(first, context, plus);
  if (!bound || first.demandsExtension) return undefined;

  const secret = yield* work(() => credentials.scram(first.username, hash));
  const nonce = first.nonce + printable(context.random(NONCE_OCTETS));
  const challenge = `r=${nonce},s=${base64Encode(secret.salt)}` +
    `,i=${secret.iterations}`;
  const response = yield* ask(utf8Encode(challenge));
  const final = parseClientFinal(responseText(response));

  const signed = `${first.bare},${challenge},${final.withoutProof}`;
  const proven = isProof(hash, secret.storedKey, signed, final.proof);
  const fresh = final.nonce === nonce && sameBytes(final.binding, bound);
  const { identity } = secret;
  if (!proven || !fresh || !identity) return undefined;
  requireSelf(first.authzid, first.username, identity);

  const signature = hmac(hash, secret.serverKey, signed);
  const rest = yield* ask(utf8Encode(`v=${base64Encode(signature)}`));
  if (rest.length > 0) throw new SaslSyntaxError("Response is not empty");
  return identity;
}

/**
 * What "c=" has to hold (`cbind-input`), or undefined when the client's idea of
 * channel binding does not fit (RFC 5802 §6).
 */
function expectedBinding(
  first: ClientFirst,
  context: SaslContext,
  plus: boolean,
): Uint8Array | undefined {
  const header = utf8Encode(first.header);
  const { flag } = first;
  if (!plus) {
    // RFC 5802 §6: "y" where we do offer binding means that somebody hid our offer.
    const hidden = flag.kind === "unoffered" && context.offersPlus;
    return flag.kind === "bound" || hidden ? undefined : header;
  }
  if (flag.kind !== "bound" || flag.type !== BINDING_TYPE) return undefined;
  return context.channelBinding &&
    concatBytes([header, context.channelBinding]);
}

/** RFC 5802 §3: the proof, taken off the signature, is the key whose hash we store. */
function isProof(
  hash: ScramHash,
  storedKey: Uint8Array,
  signed: string,
  proof: Uint8Array,
): boolean {
  const signature = hmac(hash, storedKey, signed);
  if (proof.length !== signature.length) return false;
  const clientKey = signature.map((octet, i) => octet ^ proof[i]!);
  return sameBytes(digest(hash, clientKey), storedKey);
}

function printable(random: Uint8Array): string {
  return Array.from(random, (octet) => PRINTABLE[octet % PRINTABLE.length])
    .join("");
}
