/**
 * How much room the index and the texts take beside the mail, how long they take to
 * make, and what searches gain from them.
 *
 * ```sh
 * deno run --allow-read --allow-write bench/index_size.ts [MESSAGES] [FOLDER]
 * ```
 *
 * A folder that is there already is used again. Figures of one run are to be compared
 * with each other only.
 *
 * @module
 */

import { filesDisk } from "../src/disk/mod.ts";
import { indexWhole } from "../src/indexer.ts";
import { type Mailbox, maildirStore, sqliteIndex } from "../src/store/mod.ts";
import { generatedMail } from "./generated_mail.ts";

const ACCOUNT = "alice@example.test";
const count = Number(Deno.args[0] ?? 5000);
const folder = Deno.args[1] ?? await Deno.makeTempDir();
const path = `${folder}/mail/example.test/alice`;

/** Files as `cp` would bring them, with their names as we give them. */
async function makeMaildir(): Promise<void> {
  const cur = `${path}/cur`;
  try {
    await Deno.stat(cur);
    return;
  } catch {
    await Deno.mkdir(cur, { recursive: true });
    for (const other of ["new", "tmp"]) await Deno.mkdir(`${path}/${other}`);
  }
  for (let i = 0; i < count; i++) {
    const octets = generatedMail(i);
    const seconds = 1_577_836_800 + i * 1800;
    const name = `${seconds}.Qbench-${i.toString(36)}.host,S=${octets.length}`;
    await Deno.writeFile(`${cur}/${name}:2,S`, octets);
  }
}

/** Octets of the files of the account's folder whose names begin so. */
async function sizeOf(...names: string[]): Promise<number> {
  let sum = 0;
  for await (const { name } of Deno.readDir(path)) {
    if (!names.some((one) => name.startsWith(one))) continue;
    sum += (await Deno.stat(`${path}/${name}`)).size;
  }
  return sum;
}

function openStore() {
  return maildirStore({
    disk: filesDisk(),
    root: `${folder}/mail`,
    index: sqliteIndex(),
  });
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  console.log(`${what}: ${(performance.now() - begun).toFixed(0)} ms`);
  return result;
}

async function find(inbox: Mailbox, text: string): Promise<void> {
  const begun = performance.now();
  const found = (await inbox.text.find(text))!;
  const time = (performance.now() - begun).toFixed(1);
  const sure = found.inBodies.union(found.inHeaders).size;
  const unsure = found.unsure.size;
  console.log(`  "${text}": in ${sure}, unsure of ${unsure}, in ${time} ms`);
}

await makeMaildir();
let store = openStore();
const opened = await store.open(ACCOUNT);
let inbox = (await opened.mailbox("INBOX"))!;
const { octets, messages } = await inbox.status();
await store.close();

store = openStore();
await timed(`open and list ${messages} messages`, async () => {
  inbox = (await (await store.open(ACCOUNT)).mailbox("INBOX"))!;
  await inbox.metas();
});
await timed("find out about those that are new", () => indexWhole(inbox));
for (
  const text of ["INVOICE", "HELVETICA", "JOFISAKA", "ANB", "UNJOKA HAAN"]
) await find(inbox, text);
await store.close();

const index = await sizeOf("index.db");
const text = await sizeOf("text.db");
const percent = (some: number) => `${(100 * some / octets).toFixed(1)} %`;
console.log(`mail: ${messages} messages, ${octets} octets`);
console.log(`index: ${index} octets, ${percent(index)}`);
console.log(`texts: ${text} octets, ${percent(text)}`);
console.log(`together: ${percent(index + text)} of the mail (at most 60 %)`);
if (Deno.args[1] === undefined) await Deno.remove(folder, { recursive: true });
