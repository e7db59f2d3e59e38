/**
 * Two sessions with random commands on one mailbox, beside deliveries, POP3 and other
 * programs, against a model of it: no client is ever told what disagrees with it, and
 * whatever there is to tell is told by the end of the next command that may.
 */

import { assert, assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { filesDisk, memoryDisk } from "../../src/disk/mod.ts";
import {
  type Mailbox,
  maildirStore,
  memoryIndex,
  memoryStore,
  sqliteIndex,
  type Store,
} from "../../src/store/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { Believer, ENABLES, type Kind } from "./believer.ts";
import { ModelMailbox } from "./model_mailbox.ts";
import { type Chance, FLAGS, STEPS } from "./random_commands.ts";

const USER = "alice@example.test";
const STEPS_A_ROUND = 80;
const KINDS = Object.keys(ENABLES) as Kind[];
const TEXT = latin1Encode("A: b\r\n\r\n");

/** Milliseconds after which the time of a changed folder is another one. */
const TICK = 20;

/** Somebody else who changes the mailbox. */
type Other = (
  mailbox: Mailbox,
  model: ModelMailbox,
  chance: Chance,
) => Promise<void>;

const deliver: Other = async (mailbox, model) => {
  model.append([]);
  await mailbox.append([TEXT]);
};

/** As POP3's QUIT does. */
const removeSome: Other = async (mailbox, model, chance) => {
  const uids = model.uids.filter(() => chance(4) === 0);
  model.expunge(uids);
  await mailbox.expunge(uids);
};

const flag: Other = async (mailbox, model, chance) => {
  const uid = model.uids[chance(model.uids.length)];
  if (uid === undefined) return;
  model.store(uid, "+", [FLAGS[0]!]);
  await mailbox.setFlags([uid], "add", [FLAGS[0]!]);
};

const OTHERS: readonly Other[] = [deliver, deliver, removeSome, flag];

/** `cp`, `rm` and `mv` in a Maildir. */
function otherPrograms(folder: string): readonly Other[] {
  let copies = 0;
  const files = () =>
    [...Deno.readDirSync(`${folder}/cur`)].map(({ name }) => name)
      .filter((name) => /,U=\d+/.test(name)).sort();
  const uidOf = (name: string) => Number(/,U=(\d+)/.exec(name)![1]);
  const changes: Other[] = [
    async (mailbox, model) => {
      model.append([]);
      Deno.writeFileSync(`${folder}/new/${++copies}.cp.test`, TEXT);
      await mailbox.refresh();
    },
    async (mailbox, model, chance) => {
      const all = files();
      const name = all[chance(all.length)];
      if (name === undefined) return;
      model.expunge([uidOf(name)]);
      Deno.removeSync(`${folder}/cur/${name}`);
      await mailbox.refresh();
    },
    async (mailbox, model, chance) => {
      const all = files();
      const name = all[chance(all.length)];
      if (name === undefined || /:2,.*F/.test(name)) return;
      model.store(uidOf(name), "+", ["\\Flagged"]);
      const [base, letters = ""] = name.split(":2,");
      const flags = [...letters, "F"].sort().join("");
      Deno.renameSync(
        `${folder}/cur/${name}`,
        `${folder}/cur/${base}:2,${flags}`,
      );
      await mailbox.refresh();
    },
  ];
  // What happens within one tick of the file system's clock shows at a later look only.
  return changes.map((change): Other => async (...world) => {
    await new Promise((resolve) => setTimeout(resolve, TICK));
    await change(...world);
  });
}

/** A round: two clients of random kinds, and a third that looks at all of it after each step. */
async function round(
  store: Store,
  others: readonly Other[],
  chance: Chance,
): Promise<void> {
  const stage = new ImapStage();
  stage.setting = { ...stage.setting, store };
  await stage.given(["user", USER, "secret"]);
  const user = await store.open(USER);
  await user.makeDefaults();
  const mailbox = (await user.mailbox("INBOX"))!;
  const model = new ModelMailbox();
  const enter = async (number: number, kind: Kind) => {
    const peer = await stage.connect(number);
    await peer.hear();
    const client = new Believer(peer, `c${number}x`, kind, model);
    await client.say(`LOGIN ${USER} secret`);
    const enable = ENABLES[kind];
    if (enable !== undefined) await client.say(enable);
    return client;
  };
  const kind = () => KINDS[chance(KINDS.length)]!;
  const clients = [await enter(1, kind()), await enter(2, kind())];
  const observer = await enter(3, "condstore");
  await observer.select();
  for (let step = 0; step < STEPS_A_ROUND; step++) {
    if (chance(4) === 0) {
      await others[chance(others.length)]!(mailbox, model, chance);
    } else {
      const client = clients[chance(clients.length)]!;
      if (!client.isSelected) await client.select();
      else await STEPS[chance(STEPS.length)]!(client, chance);
    }
    await look(observer, model);
  }
  for (const { peer } of [...clients, observer]) await peer.end();
}

/** What the store says of all messages is what the model says. */
async function look(observer: Believer, model: ModelMailbox): Promise<void> {
  await observer.do("NOOP", true);
  if (model.messages.size === 0) return observer.settle(true);
  const [lines] = await observer.do("FETCH 1:* (UID FLAGS MODSEQ)", false);
  assertEquals(
    lines.filter((line) => line.includes("FETCH")).length,
    model.messages.size,
  );
  assert(observer.view.every(({ flags }) => flags !== undefined));
  observer.settle(true);
}

function chanceOf(seed: number): Chance {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
}

Deno.test("two sessions with random commands never hear what disagrees with a model mailbox (in memory)", async () => {
  for (let seed = 0; seed < 60; seed++) {
    await named(seed, () => round(memoryStore(), OTHERS, chanceOf(seed)));
  }
});

Deno.test("two sessions with random commands never hear what disagrees with a model mailbox (Maildir)", async () => {
  for (let seed = 1000; seed < 1020; seed++) {
    const store = maildirStore({
      disk: memoryDisk(),
      root: "/mail",
      index: memoryIndex(),
    });
    await named(seed, () => round(store, OTHERS, chanceOf(seed)));
    await store.close();
  }
});

Deno.test("two sessions with random commands never hear what disagrees with a Maildir that other programs change, too", async () => {
  for (let seed = 2000; seed < 2008; seed++) {
    const root = await Deno.makeTempDir();
    const store = maildirStore({
      disk: filesDisk(),
      root,
      index: sqliteIndex(() => {}),
    });
    try {
      const foreign = otherPrograms(`${root}/example.test/alice`);
      const others = [...OTHERS, ...foreign, ...foreign];
      await named(seed, () => round(store, others, chanceOf(seed)));
    } finally {
      await store.close();
      await Deno.remove(root, { recursive: true });
    }
  }
});

async function named(seed: number, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
