import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "./client.ts";
import { newWorld, type World } from "./world.ts";

const SALT = new Uint8Array(16).fill(7);
const ITERATIONS = 4096;

function mac(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

function saltedPassword(password: string): Uint8Array {
  return pbkdf2Sync(password, SALT, ITERATIONS, 32, "sha256");
}

/** A world in which Alice has a SCRAM secret made from "secret". */
function scramWorld(): World {
  const salted = saltedPassword("secret");
  const world = newWorld({ mechanisms: ["SCRAM-SHA-256"] });
  world.setting.accounts.scram = () =>
    Promise.resolve({
      salt: SALT,
      iterations: ITERATIONS,
      storedKey: createHash("sha256").update(mac(salted, "Client Key"))
        .digest(),
      serverKey: mac(salted, "Server Key"),
      identity: { address: "alice@example.test" },
    });
  return world;
}

/** The client's final message for a server's first one (RFC 5802 §3). */
function finalMessage(password: string, first: string, bare: string): string {
  const nonce = /r=([^,]+)/.exec(first)![1];
  const clientKey = mac(saltedPassword(password), "Client Key");
  const storedKey = createHash("sha256").update(clientKey).digest();
  const withoutProof = `c=biws,r=${nonce}`;
  const signature = mac(storedKey, `${bare},${first},${withoutProof}`);
  const proof = clientKey.map((octet, i) => octet ^ signature[i]!);
  return `${withoutProof},p=${proof.toBase64()}`;
}

/** Logs in; returns what the session said to the proof, and then to an empty response. */
async function logIn(password: string): Promise<[string, string]> {
  const client = await Client.connect(scramWorld());
  client.take();
  const bare = "n=alice@example.test,r=clientnonce";
  const challenge = await client.say(
    `AUTH SCRAM-SHA-256 ${btoa(`n,,${bare}`)}`,
  );
  assert(challenge.startsWith("+ "));
  const final = finalMessage(password, atob(challenge.slice(2).trim()), bare);
  const verdict = await client.say(btoa(final));
  return [verdict, client.ended ? "" : await client.say("")];
}

Deno.test("AUTH SCRAM-SHA-256 shows the server's signature, then logs in (RFC 5802 §3)", async () => {
  const [signature, reply] = await logIn("secret");
  assertStringIncludes(atob(signature.slice(2).trim()), "v=");
  assertEquals(
    reply,
    "+OK alice@example.test's maildrop has 0 messages (0 octets)\r\n",
  );
});

Deno.test("AUTH SCRAM-SHA-256 refuses a proof of another password with [AUTH]", async () => {
  const [verdict] = await logIn("Secret");
  assertStringIncludes(verdict, "-ERR [AUTH] wrong user name or password\r\n");
});
