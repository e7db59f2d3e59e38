/** One server for a test file, and what arrived in its maildrops. */

import { assertEquals, assertMatch } from "@std/assert";
import { LineClient, sendMessage } from "../harness/line_client.ts";
import { type RunningServer, startServer } from "../harness/server.ts";

export interface Scene extends RunningServer {
  /** A folder for the files of clients; removed at the end. */
  readonly folder: string;
  readonly alice: Login;
  readonly bob: Login;
}

export interface Login {
  readonly address: string;
  readonly password: string;
}

/** Milliseconds from the answer to the delivery. */
const DELIVERY = 20_000;

/**
 * Starts a server, runs `steps` against it, and stops it: its end is checked, too.
 *
 * @param more Keys beside those of the demonstration server.
 */
export async function withServer(
  test: Deno.TestContext,
  steps: (scene: Scene, step: StepRunner) => Promise<void>,
  more?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-interop-" });
  if (more) {
    await Deno.mkdir(`${folder}/data/conf`, { recursive: true });
    await Deno.writeTextFile(
      `${folder}/data/conf/more.conf`,
      JSON.stringify(more),
    );
  }
  const server = await startServer(`${folder}/data`);
  try {
    const [alice, bob] = server.ready.accounts;
    await steps(
      { ...server, folder, alice: alice!, bob: bob! },
      (name, run) => test.step(name, run),
    );
    assertEquals(await server.stop(), 0, server.output());
  } finally {
    await server.kill();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs one named step; a failed one does not stop the rest. */
export type StepRunner = (
  name: string,
  run: () => void | Promise<void>,
) => Promise<boolean>;

/** Writes a byte string as a file of the scene and returns its path. */
export async function writeSample(
  scene: Scene,
  name: string,
  text: string,
): Promise<string> {
  const path = `${scene.folder}/${name}`;
  await Deno.writeFile(path, latin1(text));
  return path;
}

export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Waits for `count` messages in a maildrop, takes them all out and returns them. */
export async function takeMessages(
  scene: Scene,
  { address, password }: Login,
  count = 1,
): Promise<string[]> {
  const until = performance.now() + DELIVERY;
  while (true) {
    const client = await connectPop3s(scene);
    for (const command of [`USER ${address}`, `PASS ${password}`]) {
      await ok(client, command);
    }
    const found = Number((await ok(client, "STAT")).split(" ")[1]);
    if (found >= count || performance.now() > until) {
      const taken = await takeAll(client, found);
      assertEquals(found, count, `${address} has ${found} messages`);
      return taken;
    }
    await ok(client, "QUIT");
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function takeAll(client: LineClient, count: number): Promise<string[]> {
  const taken: string[] = [];
  for (let number = 1; number <= count; number++) {
    await ok(client, `RETR ${number}`);
    taken.push(await client.dotLines());
    await ok(client, `DELE ${number}`);
  }
  await ok(client, "QUIT");
  client.close();
  return taken;
}

async function connectPop3s({ ready }: Scene): Promise<LineClient> {
  const client = new LineClient(
    await Deno.connectTls({
      hostname: ready.host,
      port: ready.ports.pop3s,
      caCerts: [await Deno.readTextFile(ready.ca)],
    }),
  );
  await client.line();
  return client;
}

async function ok(client: LineClient, command: string): Promise<string> {
  await client.send(command + "\r\n");
  const answer = await client.line();
  if (!answer.startsWith("+OK")) {
    throw new Error(`${command.split(" ")[0]}: ${answer}`);
  }
  return answer;
}

/** What {@linkcode withoutTrace} found in front of a message. */
export interface Traced {
  readonly returnPath: string;
  /** The Received field, unfolded. */
  readonly received: string;
  readonly message: string;
}

const TRACE =
  /^Return-Path: <([^\r\n]*)>\r\n(Received: [^\r\n]*(?:\r\n[ \t][^\r\n]*)*)\r\n/;

/** Takes off what the server put in front: Return-Path and one Received (RFC 5321 §4.4). */
export function withoutTrace(delivered: string): Traced {
  const match = TRACE.exec(delivered);
  if (!match) {
    throw new Error(`No trace fields in front:\n${delivered.slice(0, 1000)}`);
  }
  return {
    returnPath: match[1]!,
    received: match[2]!.replaceAll(/\r\n[ \t]+/g, " "),
    message: delivered.slice(match[0].length),
  };
}

/** Waits for one message to `login` and compares it with what was sent, byte for byte. */
export async function assertArrived(
  scene: Scene,
  login: Login,
  sent: string,
  protocol?: RegExp,
): Promise<Traced> {
  const [delivered] = await takeMessages(scene, login);
  const traced = withoutTrace(delivered!);
  assertSameOctets(traced.message, sent);
  if (protocol) assertMatch(traced.received, protocol);
  return traced;
}

/** Like assertEquals, but says only where two long messages part. */
export function assertSameOctets(actual: string, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const show = (text: string) =>
    JSON.stringify(text.slice(Math.max(0, at - 40), at + 80));
  throw new Error(
    `Octets differ at ${at} (${actual.length} for ${expected.length}):\n` +
      `  actual   ${show(actual)}\n  expected ${show(expected)}`,
  );
}

/**
 * Puts messages into a maildrop over LMTP, for clients that read. Each is waited for:
 * the order of a maildrop is that of the deliveries.
 */
export async function deliver(
  scene: Scene,
  to: Login,
  messages: readonly string[],
): Promise<void> {
  const client = await LineClient.connect(scene.ready.ports.lmtp);
  await client.reply();
  await client.say("LHLO client.example.org");
  const [local, domain] = to.address.split("@");
  const inbox = `${scene.ready.data}/mail/${domain}/${local}/new`;
  for (const message of messages) {
    const before = await countFiles(inbox);
    const answer = await sendMessage(
      client,
      "sender@example.org",
      [to.address],
      message,
    );
    if (!answer.startsWith("250")) throw new Error(answer);
    const until = performance.now() + DELIVERY;
    while (await countFiles(inbox) === before) {
      if (performance.now() > until) {
        throw new Error(`A message to ${to.address} did not arrive in time`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await client.say("QUIT");
  client.close();
}

async function countFiles(folder: string): Promise<number> {
  let count = 0;
  try {
    for await (const _ of Deno.readDir(folder)) count++;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return count;
}
