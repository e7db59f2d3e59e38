/**
 * Passwords as they are kept: hashed in one line of text, or (in a configuration) as they are.
 *
 * Two hashed forms, both with unpadded base 64:
 *
 *     $scrypt$ln=15,r=8,p=1$<salt>$<hash>
 *     $denomaild$1$ln=15,r=8,p=1$<salt>$<hash>
 *         $i=10000$<salt>$<StoredKey>$<ServerKey>     SCRAM-SHA-256
 *         $i=10000$<salt>$<StoredKey>$<ServerKey>     SCRAM-SHA-1
 *
 * The first (the PHC string format) is enough for PLAIN and LOGIN. The second, in
 * one line without the breaks shown, adds what SCRAM keeps (RFC 5802 §3).
 *
 * @module
 */

import { base64Decode, base64Encode } from "../bytes/mod.ts";
import type { ScramHash, ScryptCost } from "./key_derivation.ts";
import { preparePassword } from "./prepare.ts";

export interface ScryptHash {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

export interface ScramVerifier {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export type ScramVerifiers = Readonly<Record<ScramHash, ScramVerifier>>;

export interface HashedPassword {
  readonly kind: "hashed";
  /** The whole line. */
  readonly text: string;
  readonly scrypt: ScryptHash;
  readonly scram?: ScramVerifiers;
}

export interface PlainPassword {
  readonly kind: "plain";
  /** Prepared (RFC 8265 §4.2). */
  readonly text: string;
}

export type Password = HashedPassword | PlainPassword;

// The names of crypt(3) and PHC schemes; a bcrypt hash must not pass for a plain password.
const OTHER_HASH =
  /^(?:\$(?:\d|2[abxy]|y|gy|md5|sha1|apr1|argon2\w*|pbkdf2[\w-]*|bcrypt[\w-]*)\$|\{[A-Z\d][A-Z\d.-]*\})/;
const COST = /^ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})$/;
const ITERATIONS = /^i=(\d{1,7})$/;

/** The hashed form of {@linkcode HashedPassword} that carries all. */
export function formatHashed(
  scrypt: ScryptHash,
  scram: ScramVerifiers,
): string {
  const { ln, r, p } = scrypt.cost;
  const fields = [
    "$denomaild$1",
    `ln=${ln},r=${r},p=${p}`,
    unpadded(scrypt.salt),
    unpadded(scrypt.hash),
    ...verifierFields(scram["sha-256"]),
    ...verifierFields(scram["sha-1"]),
  ];
  return fields.join("$");
}

/**
 * Reads a password as kept.
 *
 * @returns What it is, or an account of what is wrong with it, to follow "the password".
 */
export function parsePassword(text: string): Password | string {
  if (/^\$(?:scrypt|denomaild)\$/.test(text)) {
    return parseHashed(text) ?? "is a damaged hash";
  }
  if (OTHER_HASH.test(text)) {
    return 'is a hash of a kind that is not known; one of "denomaild user hash" was meant';
  }
  const prepared = preparePassword(text);
  if (prepared !== undefined) return { kind: "plain", text: prepared };
  return text === "" ? "is empty" : "has characters that no password may have";
}

function parseHashed(text: string): HashedPassword | undefined {
  const fields = text.split("$").slice(1);
  if (fields[0] === "scrypt" && fields.length === 4) {
    const scrypt = parseScrypt(fields.slice(1));
    return scrypt && { kind: "hashed", text, scrypt };
  }
  if (fields[1] !== "1" || fields.length !== 13) return undefined;
  const scrypt = parseScrypt(fields.slice(2, 5));
  const sha256 = parseVerifier(fields.slice(5, 9), 32);
  const sha1 = parseVerifier(fields.slice(9, 13), 20);
  if (!scrypt || !sha256 || !sha1) return undefined;
  const scram = { "sha-256": sha256, "sha-1": sha1 };
  return { kind: "hashed", text, scrypt, scram };
}

function parseScrypt(fields: readonly string[]): ScryptHash | undefined {
  const [ln = 0, r = 0, p = 0] = COST.exec(fields[0]!)?.slice(1).map(Number) ??
    [];
  const salt = padded(fields[1]!);
  const hash = padded(fields[2]!);
  // Bounds that keep one check below 1 GiB and some seconds.
  const fits = ln >= 1 && ln <= 20 && r >= 1 && r <= 8 && p >= 1 && p <= 16;
  if (!fits || !salt || hash?.length !== 32) return undefined;
  return { cost: { ln, r, p }, salt, hash };
}

function parseVerifier(
  fields: readonly string[],
  size: number,
): ScramVerifier | undefined {
  const iterations = Number(ITERATIONS.exec(fields[0]!)?.[1] ?? 0);
  const [salt, storedKey, serverKey] = fields.slice(1).map(padded);
  const sound = iterations > 0 && salt !== undefined && salt.length > 0 &&
    storedKey?.length === size && serverKey?.length === size;
  return sound ? { salt, iterations, storedKey, serverKey } : undefined;
}

function verifierFields(verifier: ScramVerifier): string[] {
  return [
    `i=${verifier.iterations}`,
    unpadded(verifier.salt),
    unpadded(verifier.storedKey),
    unpadded(verifier.serverKey),
  ];
}

function unpadded(bytes: Uint8Array): string {
  return base64Encode(bytes).replace(/=+$/, "");
}

function padded(text: string): Uint8Array | undefined {
  return base64Decode(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
}
