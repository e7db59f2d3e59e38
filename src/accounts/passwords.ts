/**
 * Checks and hashes passwords, a few at a time.
 *
 * Nothing here may take a different time for an unknown user than for a known one:
 *
 * - A failed check costs one scrypt, whoever was named; only success may be cheap.
 *   The same guess for the same login at the same time is one check.
 * - The first SCRAM verifier for a login costs one derivation, whoever was named;
 *   later ones come from memory, until so many other logins were tried that it
 *   is forgotten, whoever was named.
 *
 * @module
 */

import { createHmac, randomBytes } from "node:crypto";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { BoundedMap } from "./bounded_map.ts";
import {
  type KeyDerivation,
  nodeKeyDerivation,
  type ScramHash,
  SCRYPT_COST,
  type ScryptCost,
} from "./key_derivation.ts";
import {
  formatHashed,
  type Password,
  type ScramVerifier,
  type ScryptHash,
} from "./password.ts";
import { deriveVerifier } from "./scram_verifier.ts";
import { WorkLimit } from "./work_limit.ts";

/** How long a proven password is believed without another scrypt, in milliseconds. */
const PROVEN_FOR = 5 * 60_000;
const REMEMBERED = 10_000;
/** 32 MiB each. */
const AT_ONCE = 2;
const WAITING = 64;
const SALT_OCTETS = 16;

/** What is ambient; tests bring their own. */
export interface PasswordsOptions {
  readonly derivation?: KeyDerivation;
  readonly cost?: ScryptCost;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Passwords {
  readonly #derivation: KeyDerivation;
  readonly #cost: ScryptCost;
  readonly #now: () => number;
  readonly #limit = new WorkLimit(AT_ONCE, WAITING);
  /** Of this process only: what is remembered under it means nothing elsewhere. */
  readonly #processKey = randomBytes(32);
  readonly #standIn: string = randomBytes(16).toString("hex");
  readonly #running = new Map<string, Promise<boolean>>();
  /** The time until which a proof is believed. */
  readonly #proven = new BoundedMap<string, number>(REMEMBERED);
  readonly #verifiers = new BoundedMap<string, Promise<ScramVerifier>>(
    REMEMBERED,
  );

  /** @param serverKey A secret that outlives the process: invented salts follow from it. */
  constructor(
    readonly serverKey: () => Uint8Array,
    options: PasswordsOptions = {},
  ) {
    this.#derivation = options.derivation ?? nodeKeyDerivation;
    this.#cost = options.cost ?? SCRYPT_COST;
    this.#now = options.now ?? Date.now;
  }

  /** The line to keep of a prepared password. */
  hash(password: string): Promise<string> {
    return this.#limit.run(() =>
      hashPrepared(password, this.#derivation, this.#cost)
    );
  }

  /**
   * True when `given`, prepared, is the password of `login`.
   *
   * @param kept undefined for a login that does not exist.
   * @throws {TooBusy} When too many checks wait already.
   */
  check(
    login: string,
    kept: Password | undefined,
    given: string,
  ): Promise<boolean> {
    // Clients open several connections at once: one answer serves them all.
    const key = this.#key("check", login, kept?.text ?? "", given);
    const running = this.#running.get(key);
    if (running) return running;
    const check = kept?.kind === "hashed"
      ? this.#checkHashed(kept.text, kept.scrypt, given)
      : this.#checkPlain(kept?.text, given);
    this.#running.set(key, check);
    return check.finally(() => this.#running.delete(key));
  }

  /**
   * The verifier of a login's password; an invented one, the same each time, for
   * logins without any.
   *
   * @throws {TooBusy} When too many derivations wait already.
   */
  async verifier(
    login: string,
    kept: Password | undefined,
    hash: ScramHash,
  ): Promise<ScramVerifier> {
    const password = kept?.kind === "plain" ? kept.text : this.#standIn;
    const derived = await this.#derived(login, password, hash);
    return kept?.kind === "hashed" ? kept.scram?.[hash] ?? derived : derived;
  }

  async #checkHashed(
    text: string,
    kept: ScryptHash,
    given: string,
  ): Promise<boolean> {
    // The kept line is part of the key: a changed password forgets its proofs.
    const key = this.#key("proven", text, given);
    if ((this.#proven.get(key) ?? 0) > this.#now()) return true;
    const right = timingSafeEqual(await this.#scrypt(given, kept), kept.hash);
    if (right) this.#proven.set(key, this.#now() + PROVEN_FOR);
    return right;
  }

  async #checkPlain(kept: string | undefined, given: string): Promise<boolean> {
    const right = timingSafeEqual(
      this.#mac("plain", kept ?? this.#standIn),
      this.#mac("plain", given),
    );
    if (right && kept !== undefined) return true;
    await this.#scrypt(given, {
      cost: this.#cost,
      salt: new Uint8Array(SALT_OCTETS),
    });
    return false;
  }

  #scrypt(
    password: string,
    { salt, cost }: Pick<ScryptHash, "salt" | "cost">,
  ): Promise<Uint8Array> {
    return this.#limit.run(() => this.#derivation.scrypt(password, salt, cost));
  }

  #derived(
    login: string,
    password: string,
    hash: ScramHash,
  ): Promise<ScramVerifier> {
    const key = this.#key(hash, login, password);
    const known = this.#verifiers.get(key);
    if (known) return known;
    const salt = createHmac("sha256", this.serverKey())
      .update(`scram salt\0${hash}\0${login}`).digest();
    const verifier = this.#limit.run(() =>
      deriveVerifier(
        this.#derivation,
        password,
        new Uint8Array(salt.subarray(0, SALT_OCTETS)),
        hash,
      )
    );
    this.#verifiers.set(key, verifier);
    verifier.catch(() => this.#verifiers.delete(key));
    return verifier;
  }

  #key(...parts: string[]): string {
    return this.#mac(...parts).toString("base64");
  }

  #mac(...parts: string[]) {
    return createHmac("sha256", this.#processKey).update(JSON.stringify(parts))
      .digest();
  }
}

/** The line to keep of a prepared password (see `password.ts`). */
export async function hashPrepared(
  password: string,
  derivation: KeyDerivation = nodeKeyDerivation,
  cost: ScryptCost = SCRYPT_COST,
): Promise<string> {
  const salt = () => new Uint8Array(randomBytes(SALT_OCTETS));
  const scrypt = { cost, salt: salt() };
  const hash = await derivation.scrypt(password, scrypt.salt, cost);
  return formatHashed({ ...scrypt, hash }, {
    "sha-256": await deriveVerifier(derivation, password, salt(), "sha-256"),
    "sha-1": await deriveVerifier(derivation, password, salt(), "sha-1"),
  });
}
