/** The client's side of the SASL mechanisms, as SMTP (334) and POP3 (+) carry them. */

import {
  createHash,
  createHmac,
  pbkdf2Sync,
  X509Certificate,
} from "node:crypto";
import type { LineClient } from "../harness/line_client.ts";

export interface Credentials {
  readonly login: string;
  readonly password: string;
  /** The server's certificate, for -PLUS. */
  readonly ca: string;
  /** RFC 5802 §7 `gs2-cbind-flag` without -PLUS: "y" is the flag of who could bind, but thinks that the server cannot. */
  readonly flag?: "n" | "y";
}

const base64 = (data: string | Uint8Array) =>
  typeof data === "string"
    ? new TextEncoder().encode(data).toBase64()
    : data.toBase64();
const text = (encoded: string) =>
  new TextDecoder().decode(Uint8Array.fromBase64(encoded));

/** Logs in with `mechanism`; all that the client sent, and the server's last line. */
export async function authenticate(
  client: LineClient,
  mechanism: string,
  credentials: Credentials,
): Promise<{ sent: string[]; last: string }> {
  const sent: string[] = [];
  const ask = async (line: string) => {
    sent.push(line);
    await client.send(line + "\r\n");
    return await client.line();
  };
  const challenge = (line: string) => text(line.replace(/^(?:334|\+) /, ""));
  const { login, password } = credentials;
  switch (mechanism) {
    case "PLAIN": {
      const last = await ask(`AUTH PLAIN ${base64(`\0${login}\0${password}`)}`);
      return { sent, last };
    }
    case "LOGIN":
      await ask("AUTH LOGIN");
      await ask(base64(login));
      return { sent, last: await ask(base64(password)) };
    case "CRAM-MD5": {
      const nonce = challenge(await ask("AUTH CRAM-MD5"));
      const digest = createHmac("md5", password).update(nonce).digest("hex");
      return { sent, last: await ask(base64(`${login} ${digest}`)) };
    }
    default:
      return {
        sent,
        last: await scram(mechanism, credentials, ask, challenge),
      };
  }
}

/** RFC 5802 §3, with tls-server-end-point (RFC 5929 §4) for -PLUS. */
async function scram(
  mechanism: string,
  { login, password, ca, flag = "n" }: Credentials,
  ask: (line: string) => Promise<string>,
  challenge: (line: string) => string,
): Promise<string> {
  const hash = mechanism.includes("256") ? "sha256" : "sha1";
  const plus = mechanism.endsWith("-PLUS");
  const header = plus ? "p=tls-server-end-point,," : `${flag},,`;
  const binding = plus
    ? createHash("sha256").update(new X509Certificate(ca).raw).digest()
    : new Uint8Array(0);
  const first = `n=${login},r=fyko+d2lbbFgONRv9qkxdawL`;
  const begun = await ask(`AUTH ${mechanism} ${base64(header + first)}`);
  if (!/^(?:334|\+) /.test(begun)) return begun;
  const server = challenge(begun);
  const [, nonce, salt, count] = /^r=(.*),s=(.*),i=(\d+)$/.exec(server)!;
  const channel = base64(
    new Uint8Array([...new TextEncoder().encode(header), ...binding]),
  );
  const final = `c=${channel},r=${nonce}`;
  const salted = pbkdf2Sync(
    password,
    Uint8Array.fromBase64(salt!),
    Number(count),
    hash === "sha256" ? 32 : 20,
    hash,
  );
  const key = createHmac(hash, salted).update("Client Key").digest();
  const stored = createHash(hash).update(key).digest();
  const signature = createHmac(hash, stored).update(
    `${first},${server},${final}`,
  ).digest();
  const proof = key.map((octet, i) => octet ^ signature[i]!);
  const answer = await ask(
    base64(`${final},p=${base64(new Uint8Array(proof))}`),
  );
  // The server's own proof comes as one more challenge, which an empty line answers.
  return /^(?:334|\+) [A-Za-z0-9+/=]+$/.test(answer) ? await ask("") : answer;
}
