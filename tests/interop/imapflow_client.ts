/**
 * Drives imapflow through all that a client does: a job as JSON on standard input,
 * what it found on standard output. A process of its own, because imapflow's logger
 * asks for the environment and the host's name.
 */

import { ImapFlow } from "imapflow";
import { Buffer } from "node:buffer";
import { LineClient, sendMessage } from "../harness/line_client.ts";
import type { ImapFlowJob } from "./imapflow_test.ts";

const job = await new Response(Deno.stdin.readable).json() as ImapFlowJob;
const FOLDER = "Büro/Größe & Maß 日本";
const OTHER = "Umgezogen ✓";

async function open(more: Record<string, unknown> = {}): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: job.host,
    port: job.port,
    secure: job.secure,
    auth: { user: job.user, pass: job.password },
    tls: { ca: await Deno.readTextFile(job.ca) },
    logger: false,
    ...more,
  });
  await client.connect();
  return client;
}

/** Mailboxes: default ones, names beyond ASCII, a hundred of them, a renamed tree. */
async function mailboxes(client: ImapFlow) {
  const before = await client.list();
  await client.mailboxCreate(FOLDER);
  await client.mailboxSubscribe(FOLDER);
  for (let i = 0; i < 100; i++) await client.mailboxCreate(`Viele/Nr. ${i}`);
  const many = await client.list({
    statusQuery: { messages: true, unseen: true },
  });
  await client.mailboxRename("Viele", "Wenige");
  const renamed = await client.list();
  for (const { path } of renamed) {
    if (path.startsWith("Wenige/")) await client.mailboxDelete(path);
  }
  return {
    specialUses: Object.fromEntries(
      before.flatMap(({ path, specialUse }) =>
        specialUse ? [[path, specialUse]] : []
      ),
    ),
    hasFolder: many.some(({ path, subscribed }) =>
      path === FOLDER && subscribed
    ),
    many:
      many.filter(({ path, status }) =>
        path.startsWith("Viele/") && status?.messages === 0
      ).length,
    renamed: renamed.filter(({ path }) => path.startsWith("Wenige/")).length,
  };
}

/** What was appended, fetched whole, in parts and as a stream. */
async function messages(client: ImapFlow) {
  const date = new Date("2020-02-03T04:05:06Z");
  const appended = [];
  for (const sample of job.samples) {
    const content = Buffer.from(sample, "base64");
    const flags = ["\\Flagged", "$Label1"];
    appended.push(await client.append(FOLDER, content, flags, date));
  }
  const { uidNext, permanentFlags } = await client.mailboxOpen(FOLDER);
  const query = { source: true, flags: true, internalDate: true };
  const structure = { envelope: true, bodyStructure: true, size: true };
  const found = await client.fetchAll("1:*", { ...query, ...structure });
  const { content } = await client.download("1");
  const streamed: Uint8Array[] = [];
  for await (const chunk of content!) streamed.push(chunk as Uint8Array);
  return {
    uids: appended.map((result) => typeof result === "object" && result.uid),
    uidNext,
    keepsKeywords: permanentFlags?.has("\\*"),
    sources: found.map(({ source }) => source!.toString("base64")),
    flags: found.map(({ flags }) => [...flags!].sort()),
    dates: found.map(({ internalDate }) =>
      new Date(internalDate!).toISOString()
    ),
    subjects: found.map(({ envelope }) => envelope?.subject),
    types: found.map(({ bodyStructure }) => bodyStructure?.type),
    sizes: found.map(({ size }) => size),
    streamed: Buffer.concat(streamed).toString("base64"),
  };
}

/** Flags, searches, copies, moves, expunges: in the mailbox that is open. */
async function changes(client: ImapFlow) {
  await client.messageFlagsAdd("1:2", ["\\Seen", "$Later"]);
  await client.messageFlagsRemove("1", ["\\Flagged"]);
  const seen = await client.search({ seen: true }, { uid: true });
  const subject = await client.search({ subject: "dots" }, { uid: true });
  const body = await client.search({ body: "one line" }, { uid: true });
  const since = await client.search({ before: new Date("2021-01-01") });
  await client.mailboxCreate(OTHER);
  const copied = await client.messageCopy("1", OTHER);
  const moved = await client.messageMove("2", OTHER);
  await client.messageDelete("1");
  const left = await client.status(FOLDER, { messages: true, unseen: true });
  const other = await client.status(OTHER, { messages: true, uidNext: true });
  return {
    ...{ seen, subject, body, since: (since as number[]).length },
    copied: copied && [...copied.uidMap ?? []],
    moved: moved && [...moved.uidMap ?? []],
    left: left && left.messages,
    other: other && other.messages,
  };
}

/** CONDSTORE: only what changed since is fetched. */
async function condstore(client: ImapFlow) {
  const { highestModseq } = await client.mailboxOpen(FOLDER);
  await client.messageFlagsAdd("1", ["\\Answered"]);
  const changed = await client.fetchAll("1:*", { flags: true }, {
    changedSince: highestModseq!,
  });
  return changed.length;
}

/** A delivery while the client idles, and an expunge by another one. */
async function idling(client: ImapFlow) {
  await client.mailboxOpen("INBOX");
  const heard = new Promise((resolve) => client.once("exists", resolve));
  const gone = new Promise((resolve) => client.once("expunge", resolve));
  const idle = client.idle();
  await sendByLmtp();
  const exists = await heard as { count: number };
  const second = await open();
  await second.mailboxOpen("INBOX");
  await second.messageDelete("1:*");
  await second.logout();
  const expunged = await gone as { seq: number };
  await client.noop();
  await idle;
  return { count: exists.count, expunged: expunged.seq };
}

async function sendByLmtp(): Promise<void> {
  const lmtp = await LineClient.connect(job.lmtp);
  await lmtp.reply();
  await lmtp.say("LHLO client.example.org");
  const text = Buffer.from(job.samples[0]!, "base64").toString("latin1");
  await sendMessage(lmtp, "sender@example.org", [job.user], text);
  lmtp.close();
}

/** QRESYNC: what came, changed and vanished while the client was away. */
async function resync() {
  const first = await open({ qresync: true });
  await first.append("INBOX", Buffer.from(job.samples[0]!, "base64"));
  await first.append("INBOX", Buffer.from(job.samples[0]!, "base64"));
  const box = await first.mailboxOpen("INBOX");
  const uids = await first.search({ all: true }, { uid: true }) as number[];
  await first.logout();
  const other = await open();
  await other.mailboxOpen("INBOX");
  await other.messageDelete(`${uids[0]}`, { uid: true });
  await other.messageFlagsAdd(`${uids[1]}`, ["\\Seen"], { uid: true });
  await other.logout();
  const again = await open({ qresync: true });
  const vanished: unknown[] = [], flagged: unknown[] = [];
  again.on("expunge", ({ uid }) => vanished.push(uid));
  again.on("flags", ({ uid, flags }) => flagged.push([uid, ...flags]));
  await again.mailboxOpen("INBOX", {
    changedSince: box.highestModseq!,
    uidValidity: box.uidValidity,
  });
  await again.messageDelete("1:*");
  await again.logout();
  return { uids, vanished: vanished.slice(0, 1), flagged: flagged.slice(0, 1) };
}

const client = await open().catch((error) => {
  console.log(
    JSON.stringify({
      error: error.response?.text ?? error.serverResponseCode ?? `${error}`,
      code: error.serverResponseCode,
    }),
  );
  Deno.exit(1);
});
const result = {
  secure: client.secureConnection,
  capabilities: [...client.capabilities.keys()],
  enabled: [...client.enabled],
  compresses: "_deflate" in client && Boolean(client._deflate),
  mailboxes: await mailboxes(client),
  messages: await messages(client),
  changes: await changes(client),
  condstore: await condstore(client),
  quota: await client.getQuota("INBOX"),
  namespace: client.namespace,
  idling: await idling(client),
  resync: await resync(),
};
await client.mailboxDelete(FOLDER);
await client.mailboxDelete(OTHER);
await client.logout();
console.log(
  JSON.stringify(
    result,
    (_, value) => typeof value === "bigint" ? `${value}` : value,
  ),
);
