/** Files with LF, as other programs write them, are served with CRLF. */

import { assertEquals } from "@std/assert";
import { filesDisk } from "../../src/disk/mod.ts";
import { maildirStore, memoryIndex, sqliteIndex } from "../../src/store/mod.ts";
import { countServed, octetsOfFile } from "../../src/store/message_file.ts";
import { inboxOf, textOf, utf8 } from "./conformance.ts";
import { tickingDisk } from "./ticking_disk.ts";

async function fileOf(text: string) {
  const disk = tickingDisk();
  const file = await disk.open("/file", "create");
  await file.write(utf8(text));
  file.close();
  return () => disk.open("/file", "read");
}

Deno.test("a file with LF is served with CRLF, whatever is read or skipped at a time", async () => {
  const table: [string, string][] = [
    ["a\nb\n", "a\r\nb\r\n"],
    ["\n", "\r\n"],
    ["a\n\nb\r\nc\rd\n", "a\r\n\r\nb\r\nc\rd\r\n"],
    ["a\nno end", "a\r\nno end"],
    [`a\n${"line\n".repeat(40_000)}`, `a\r\n${"line\r\n".repeat(40_000)}`],
  ];
  for (const [text, expected] of table) {
    const open = await fileOf(text);
    const served = await countServed(await open());
    assertEquals(served, expected.length, JSON.stringify(text.slice(0, 20)));
    for (const max of text.length > 100 ? [999, 65_536] : [1, 2, 3, 100]) {
      for (const skip of [0, 1, 2]) {
        const octets = await octetsOfFile(await open(), served);
        assertEquals(octets.size, expected.length);
        octets.skip(skip);
        let read = "";
        for (let piece; (piece = await octets.read(max));) {
          assertEquals(piece.length > 0 && piece.length <= max, true);
          read += new TextDecoder().decode(piece);
        }
        assertEquals(read, expected.slice(skip));
        octets.close();
      }
    }
  }
});

Deno.test("a file whose first line ends in CRLF, or that has none, is served as it is", async () => {
  for (const text of ["a\r\nb\n", "", "no line", "a\rb"]) {
    const open = await fileOf(text);
    assertEquals(await countServed(await open()), undefined, text);
  }
});

Deno.test("a file that was cut or grew is served with no more than was announced", async () => {
  const open = await fileOf("a\nb\nc\n");
  const octets = await octetsOfFile(await open(), 5);
  let read = "";
  for (let piece; (piece = await octets.read(3));) {
    read += new TextDecoder().decode(piece);
  }
  assertEquals(read, "a\r\nb\r");
});

Deno.test("maildirStore: a file with LF keeps its size and its line ends through COPY, MOVE, flags and a new index", async () => {
  const root = await Deno.makeTempDir();
  const options = {
    disk: filesDisk(),
    root,
    index: sqliteIndex(() => {}),
    log: () => {},
  };
  const path = `${root}/example.test/alice`;
  let store = maildirStore(options);
  try {
    let inbox = await inboxOf(store);
    const text = "Subject: x\n\nbody\n";
    const served = text.replaceAll("\n", "\r\n");
    await Deno.writeTextFile(`${path}/new/1.M1P1.host,S=17,W=99`, text);
    const [meta] = await inbox.metas();
    assertEquals(meta!.size, served.length);
    assertEquals(await textOf(inbox, meta!.uid), served);
    const user = await store.open("alice@example.test");
    await user.create("Copies");
    await inbox.copy([meta!.uid], "Copies");
    await inbox.setFlags([meta!.uid], "add", ["\\Seen", "$Label1"]);
    await inbox.move([meta!.uid], "Copies");
    await store.close();
    await Deno.remove(`${path}/index.db`);
    store = maildirStore(options);
    inbox = (await (await store.open("alice@example.test")).mailbox("Copies"))!;
    for (const { uid, size } of await inbox.metas()) {
      assertEquals(size, served.length);
      assertEquals(await textOf(inbox, uid), served);
    }
    assertEquals((await inbox.status()).octets, 2 * served.length);
  } finally {
    await store.close();
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("maildirStore: what clients store with a bare LF stays as it is", async () => {
  const disk = tickingDisk();
  const options = { disk, root: "/mail", index: memoryIndex(), log: () => {} };
  let store = maildirStore(options);
  const text = "Subject: x\n\nbody\n";
  await (await inboxOf(store)).append([utf8(text)]);
  await store.close();
  store = maildirStore({ ...options, index: memoryIndex() });
  const inbox = await inboxOf(store);
  const [meta] = await inbox.metas();
  assertEquals(await textOf(inbox, meta!.uid), text);
  assertEquals(meta!.size, text.length);
  await store.close();
});
