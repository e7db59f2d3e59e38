/**
 * SCRAM: both sides prove that they know the password (RFC 5802, RFC 7677).
 *
 * The server's signature is verified before the exchange may end well. Leaves out
 * channel binding: the flag says "n", for we cannot bind (RFC 5802 §6).
 *
 * @module
 */

import {
  base64Decode,
  base64Encode,
  utf8Decode,
  utf8Encode,
} from "../../bytes/mod.ts";
import { limits, type Session, work } from "../../wire/mod.ts";
import type { ScramHash } from "../mechanism.ts";
import { sameBytes } from "../same_bytes.ts";
import { digest, hmac } from "../scram_hash.ts";
import {
  type ClientMechanism,
  type ClientSaslContext,
  ServerUnproven,
} from "./mechanism.ts";

const HEADER = "n,,";
const NONCE_OCTETS = 18;
// RFC 5802 §7; extensions may follow and are skipped, but "m=" in front is a demand.
const SERVER_FIRST =
  /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9]\d{0,9})(?:,[A-Za-z]=[^\0,]+)*$/;
const SERVER_FINAL = /^v=([A-Za-z0-9+/=]+)(?:,[A-Za-z]=[^\0,]+)*$/;

/** SCRAM over `hash`. */
export function scram(hash: ScramHash): ClientMechanism {
  return {
    name: `SCRAM-${hash.toUpperCase()}`,
    plaintext: false,
    run: (context) => runScram(context, hash),
  };
}

function* runScram(
  context: ClientSaslContext,
  hash: ScramHash,
): Session<Uint8Array> {
  const { tell } = context;
  const nonce = base64Encode(context.random(NONCE_OCTETS));
  const bare = `n=${saslName(context.user)},r=${nonce}`;
  const challenge = textOf(yield* tell(utf8Encode(HEADER + bare)));
  const first = parseServerFirst(challenge, nonce);

  const salted = yield* work(() => saltedPassword(hash, context, first));
  const clientKey = hmac(hash, salted, "Client Key");
  const unproven = `c=${base64Encode(utf8Encode(HEADER))},r=${first.nonce}`;
  const signed = `${bare},${challenge},${unproven}`;
  const signature = hmac(hash, digest(hash, clientKey), signed);
  const proof = clientKey.map((octet, i) => octet ^ signature[i]!);
  const final = textOf(
    yield* tell(utf8Encode(`${unproven},p=${base64Encode(proof)}`)),
  );

  const given = base64Decode(SERVER_FINAL.exec(final)?.[1] ?? "");
  const right = hmac(hash, hmac(hash, salted, "Server Key"), signed);
  if (!given || !sameBytes(given, right)) {
    throw new ServerUnproven("The server's signature is wrong");
  }
  return new Uint8Array(0);
}

interface ServerFirst {
  readonly nonce: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
}

function parseServerFirst(text: string, ours: string): ServerFirst {
  const match = SERVER_FIRST.exec(text);
  const salt = base64Decode(match?.[2] ?? "=");
  if (!match || !salt) {
    throw new ServerUnproven("Not a SCRAM server-first-message");
  }
  const nonce = match[1]!;
  // RFC 5802 §5.1: ours has to be in front, and the server has to add to it.
  if (!nonce.startsWith(ours) || nonce === ours) {
    throw new ServerUnproven("The server's nonce does not begin with ours");
  }
  const iterations = Number(match[3]);
  // A number of its choice is work of ours: RFC 7677 §4 wants at least 4096.
  if (iterations > limits.smtpClient.scramIterations) {
    throw new ServerUnproven(`The server asks for ${iterations} rounds`);
  }
  return { nonce, salt, iterations };
}

/** `Hi` of RFC 5802 §2.2, computed beside the thread that speaks. */
async function saltedPassword(
  hash: ScramHash,
  { password }: ClientSaslContext,
  { salt, iterations }: ServerFirst,
): Promise<Uint8Array> {
  // RFC 8265 in short: servers prepare passwords the same way.
  const secret = utf8Encode(password.normalize("NFC"));
  const name = hash.toUpperCase();
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: name, salt, iterations },
    key,
    hash === "sha-1" ? 160 : 256,
  );
  return new Uint8Array(bits);
}

/** RFC 5802 §5.1: "," and "=" have their own meaning. */
function saslName(name: string): string {
  return name.normalize("NFC").replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function textOf(challenge: Uint8Array): string {
  const text = utf8Decode(challenge);
  if (text === undefined) throw new ServerUnproven("Challenge is not UTF-8");
  return text;
}
