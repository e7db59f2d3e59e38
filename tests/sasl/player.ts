/** Steps one SASL exchange in memory: responses in, challenges out, no protocol around it. */

import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import {
  base64Decode,
  base64Encode,
  latin1Decode,
  latin1Encode,
  utf8Encode,
} from "../../src/bytes/mod.ts";
import {
  type Credentials,
  type Identity,
  type Mechanism,
  runSasl,
  type SaslContext,
  type ScramHash,
} from "../../src/sasl/mod.ts";
import type { Session } from "../../src/wire/mod.ts";

/** What the client says next: a text (the player encodes it), or a function of the last challenge. */
export type Turn = string | ((challenge: string) => string);

export interface Played {
  /** The challenges that were sent, decoded. */
  readonly challenges: readonly string[];
  /** Who logged in; undefined for a failed login. */
  readonly identity: Identity | undefined;
}

export interface PlayOptions extends Partial<Omit<SaslContext, "ask">> {
  /** Sent along with the command. */
  readonly initial?: Turn;
  /** The turns are what crosses the wire, not yet base 64. */
  readonly raw?: boolean;
}

/** Runs `mechanism` against a client that takes `turns` one after the other. */
export async function play(
  mechanism: Mechanism,
  turns: readonly Turn[],
  options: PlayOptions = {},
): Promise<Played> {
  const challenges: string[] = [];
  const left = [...turns];
  const encode = (text: string) =>
    options.raw ? text : base64Encode(utf8Encode(text));
  // deno-lint-ignore require-yield
  function* prompt(text: string): Session<string> {
    const challenge = latin1Decode(base64Decode(text)!);
    challenges.push(challenge);
    const turn = left.shift();
    if (turn === undefined) throw new Error("The client has no more to say");
    return encode(typeof turn === "string" ? turn : turn(challenge));
  }
  const initial = options.initial === undefined
    ? undefined
    : encode(options.initial as string);
  const session = runSasl(mechanism, { prompt, initial }, {
    ...plainContext,
    ...options,
  });
  return { challenges, identity: await drive(session) };
}

/** Steps a session whose only waits are work. */
export async function drive<T>(session: Session<T>): Promise<T> {
  let next = session.next();
  while (!next.done) {
    if (next.value.kind !== "work") throw new Error("Unexpected step");
    try {
      next = session.next(await next.value.run());
    } catch (error) {
      next = session.throw(error);
    }
  }
  return next.value;
}

/** Accounts that know one user, and note who was asked for. */
export function oneUser(
  login: string,
  password: string,
  salt: string = "W22ZaJ0SNY7soEsUEjb6gQ==",
): Credentials & { asked: string[] } {
  const identity = { address: login };
  const asked: string[] = [];
  return {
    asked,
    verify(name, given) {
      asked.push(`verify ${name}`);
      const right = name === login && given === password;
      return Promise.resolve(right ? identity : undefined);
    },
    scram(name, hash) {
      asked.push(`scram ${name}`);
      const known = name === login;
      const keys = scramKeys(
        hash,
        known ? password : "invented",
        base64Decode(salt)!,
        4096,
      );
      return Promise.resolve({
        ...keys,
        identity: known ? identity : undefined,
      });
    },
    sharedSecret(name) {
      asked.push(`secret ${name}`);
      return Promise.resolve(
        name === login ? { identity, secret: password } : undefined,
      );
    },
  };
}

export const plainContext: Omit<SaslContext, "ask"> = {
  credentials: oneUser("tim", "tanstaaftanstaaf"),
  channelBinding: undefined,
  offersPlus: false,
  serverName: "mx.example.test",
  now: () => 1_700_000_000_000,
  random: (octets) => new Uint8Array(octets).fill(7),
};

function scramKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array,
  iterations: number,
) {
  const name = hash.replace("-", "");
  const size = hash === "sha-1" ? 20 : 32;
  const salted = pbkdf2Sync(password, salt, iterations, size, name);
  const key = (of: string) => createHmac(name, salted).update(of).digest();
  const clientKey = key("Client Key");
  return {
    salt,
    iterations,
    clientKey,
    storedKey: createHash(name).update(clientKey).digest(),
    serverKey: key("Server Key"),
  };
}

/** A SCRAM client: its first message, and the final one that answers the server's first. */
export function scramClient(options: {
  hash: ScramHash;
  user: string;
  password: string;
  header?: string;
  binding?: Uint8Array;
  edit?: (withoutProof: string) => string;
}): { first: string; final: (serverFirst: string) => string } {
  const { hash, password, header = "n,,", edit = (text) => text } = options;
  const bare = `n=${options.user},r=clientnonce`;
  const bound = base64Encode(
    latin1Encode(header + latin1Decode(options.binding ?? new Uint8Array(0))),
  );
  const final = (serverFirst: string) => {
    const [, nonce, salt, count] = /^r=(.+),s=(.+),i=(\d+)$/.exec(
      serverFirst,
    )!;
    const keys = scramKeys(hash, password, base64Decode(salt!)!, Number(count));
    const withoutProof = edit(`c=${bound},r=${nonce}`);
    const signature = createHmac(hash.replace("-", ""), keys.storedKey)
      .update(`${bare},${serverFirst},${withoutProof}`).digest();
    const proof = signature.map((octet, i) => octet ^ keys.clientKey[i]!);
    return `${withoutProof},p=${base64Encode(proof)}`;
  };
  return { first: header + bare, final };
}
