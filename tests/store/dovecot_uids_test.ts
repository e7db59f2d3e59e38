/** UIDVALIDITY and UIDs that Dovecot gave are taken over when a mailbox is seen first. */

import { assertEquals } from "@std/assert";
import { filesDisk } from "../../src/disk/mod.ts";
import {
  maildirStore,
  type MaildirStoreOptions,
  sqliteIndex,
} from "../../src/store/mod.ts";
import { parseUidList } from "../../src/store/dovecot_uids.ts";
import { inboxOf, utf8 } from "./conformance.ts";

const HEAD = "3 V1600000000 N20 G0123456789abcdef";
const LIST = `${HEAD}
3 :1600000003.M3P1.host,S=4,W=5
7 W5 Gabc :1600000001.M1P1.host,S=4,W=5
12 :1600000002.M2P1.host
`;

Deno.test("parseUidList() reads version 3, and nothing that cannot be", () => {
  const uids = new Map([
    ["1600000003.M3P1.host", 3],
    ["1600000001.M1P1.host", 7],
    ["1600000002.M2P1.host", 12],
  ]);
  const list = { uidValidity: 1_600_000_000, uidNext: 20, uids };
  assertEquals(parseUidList(LIST), list);
  for (
    const text of [
      ...["", "1 1600000000 20", "3 V0 N20", "3 V1 N0", "3 N20", "3 V1"],
      "3 V4294967296 N20",
    ]
  ) assertEquals(parseUidList(text), undefined, text);
  for (
    const [line, count] of [
      ["12 :again", 3],
      ["20 :beyond", 3],
      ["13 :cut", 4],
      ["13 cut", 3],
      ["x :y", 3],
    ] as const
  ) assertEquals(parseUidList(LIST + line)!.uids.size, count, line);
});

interface Stage {
  readonly path: string;
  readonly open: () => Promise<Awaited<ReturnType<typeof inboxOf>>>;
  readonly close: () => Promise<void>;
}

function test(claim: string, run: (stage: Stage) => Promise<void>): void {
  Deno.test(`maildirStore: ${claim}`, async () => {
    const root = await Deno.makeTempDir();
    const options: MaildirStoreOptions = {
      disk: filesDisk(),
      root,
      index: sqliteIndex(() => {}),
      log: () => {},
    };
    const path = `${root}/example.test/alice`;
    let store = maildirStore(options);
    try {
      for (const folder of ["cur", "new", "tmp"]) {
        await Deno.mkdir(`${path}/${folder}`, { recursive: true });
      }
      const text = "a\nb\n";
      await Deno.writeTextFile(
        `${path}/cur/1600000001.M1P1.host,S=4,W=5:2,FS`,
        text,
      );
      await Deno.writeTextFile(`${path}/cur/1600000002.M2P1.host:2,Sa`, text);
      await Deno.writeTextFile(
        `${path}/new/1600000003.M3P1.host,S=4,W=5`,
        text,
      );
      await Deno.writeTextFile(
        `${path}/new/1600000004.M4P1.host,S=4,W=5`,
        text,
      );
      await Deno.utime(`${path}/cur/1600000002.M2P1.host:2,Sa`, 1e9, 1e9);
      await Deno.writeTextFile(`${path}/dovecot-keywords`, "0 $Label1\n");
      await Deno.writeTextFile(`${path}/dovecot-uidlist`, LIST);
      await run({
        path,
        open: () => inboxOf(store),
        close: async () => {
          await store.close();
          store = maildirStore(options);
        },
      });
    } finally {
      await store.close();
      await Deno.remove(root, { recursive: true });
    }
  });
}

test("UIDs, UIDVALIDITY, flags and dates of a Dovecot's Maildir are taken over", async ({ open, close, path }) => {
  let inbox = await open();
  const check = async () => {
    assertEquals(inbox.uidValidity, 1_600_000_000);
    const metas = await inbox.metas();
    assertEquals(
      metas.map(({ uid, flags, size }) => [uid, flags.join(), size]),
      [
        [3, "", 6],
        [7, "\\Flagged,\\Seen", 6],
        [12, "\\Seen,$Label1", 6],
        // Dovecot had not seen it yet.
        [20, "", 6],
      ],
    );
    assertEquals(metas[2]!.internalDate, 1e12);
  };
  await check();
  // The list is not needed any more; neither is the index.
  await Deno.remove(`${path}/dovecot-uidlist`);
  await close();
  await Deno.remove(`${path}/index.db`);
  inbox = await open();
  await check();
  const { uid } = await inbox.append([utf8("x")]);
  assertEquals(uid > 20, true);
});

test("a list is taken over by halves only where the other half is gone", async ({ open, path }) => {
  await Deno.remove(`${path}/cur/1600000001.M1P1.host,S=4,W=5:2,FS`);
  const inbox = await open();
  const uids = (await inbox.metas()).map(({ uid }) => uid);
  assertEquals(uids, [3, 12, 20]);
});

test("a damaged list counts for nothing", async ({ open, path }) => {
  await Deno.writeTextFile(`${path}/dovecot-uidlist`, "3 V1\n1 :x\n");
  const inbox = await open();
  assertEquals((await inbox.metas()).map(({ uid }) => uid), [1, 2, 3, 4]);
  assertEquals(inbox.uidValidity > 1_600_000_000, true);
});

test("UIDs that Dovecot gives later are not ours", async ({ open, close, path }) => {
  await open();
  await close();
  await Deno.writeTextFile(`${path}/new/1600000005.M5P1.host`, "a\n");
  const later = `3 V1600000000 N90\n80 :1600000005.M5P1.host\n`;
  await Deno.writeTextFile(`${path}/dovecot-uidlist`, later);
  const inbox = await open();
  const { uid } = (await inbox.metas()).at(-1)!;
  assertEquals(uid > 20 && uid < 80, true);
});
