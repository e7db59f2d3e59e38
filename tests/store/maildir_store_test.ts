/** The Maildir store passes the suites on both disks, also when accounts are closed all the time. */

import { filesDisk, memoryDisk } from "../../src/disk/mod.ts";
import { maildirStore, memoryIndex, sqliteIndex } from "../../src/store/mod.ts";
import { storeConformance } from "./conformance.ts";
import { imapConformance } from "./imap_conformance.ts";

for (const suite of [storeConformance, imapConformance]) {
  suite("maildirStore on the memory disk", () => {
    const disk = memoryDisk();
    const store = maildirStore({ disk, root: "/mail", index: memoryIndex() });
    return Promise.resolve({ store, end: () => store.close() });
  });

  suite("maildirStore that keeps no account open", () => {
    const disk = memoryDisk();
    const store = maildirStore({
      disk,
      root: "/mail",
      index: memoryIndex(),
      keepAccounts: 0,
    });
    return Promise.resolve({ store, end: () => store.close() });
  });

  suite("maildirStore on files with SQLite", async () => {
    const root = await Deno.makeTempDir();
    const store = maildirStore({
      disk: filesDisk(),
      root: `${root}/mail`,
      index: sqliteIndex(),
    });
    return {
      store,
      end: async () => {
        await store.close();
        await Deno.remove(root, { recursive: true });
      },
    };
  });
}
