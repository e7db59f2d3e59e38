// What SEARCH finds is what a reader who knows the messages would pick out, for
// searches and messages made at random (always the same ones): over messages in memory,
// and over a Maildir whose index of texts is not there, half made, lost in the middle.

import { assert, assertEquals } from "@std/assert";
import { concatBytes, latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import { filesDisk } from "../../src/disk/mod.ts";
import { indexMessages } from "../../src/imap/mod.ts";
import { Findings } from "../../src/imap/findings.ts";
import { StoredMessage } from "../../src/imap/stored_message.ts";
import { Texts } from "../../src/imap/texts.ts";
import { View } from "../../src/imap/view.ts";
import {
  findMatches,
  type SearchScope,
} from "../../src/imap/search/evaluate.ts";
import { parseSearch } from "../../src/imap/search/return_options.ts";
import {
  type Mailbox,
  maildirStore,
  sqliteIndex,
} from "../../src/store/mod.ts";
import {
  type Corpus,
  makeCorpus,
  NOW,
  randomFrom,
  type Truth,
} from "./corpus.ts";
import { query } from "./queries.ts";
import { context, runSession, scannerOf } from "./sample.ts";

/** Runs searches; how many of them told messages apart. */
async function holdAgainst(
  truths: readonly Truth[],
  scopeNow: (round: number) => Promise<SearchScope>,
  rounds: number,
): Promise<number> {
  const random = randomFrom(5);
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    const { text, holds } = query(random, 0);
    const charset = random(2) ? " CHARSET UTF-8" : "";
    const bytes = latin1Decode(utf8Encode(`${charset} ${text}`));
    const { criterion } = await runSession(parseSearch(scannerOf(bytes)));
    const scope = await scopeNow(round);
    const matches = await runSession(findMatches(scope, criterion));
    const expected = truths.filter((truth, i) => holds(truth, i + 1));
    assertEquals(
      matches.map(({ meta }) => meta.uid),
      expected.map(({ uid }) => uid),
      `round ${round}: ${text}`,
    );
    if (expected.length > 0 && expected.length < truths.length) found++;
  }
  return found;
}

Deno.test("SEARCH finds what a reader of the messages would pick out", async () => {
  const { truths, scope } = makeCorpus(60, 11);
  const found = await holdAgainst(truths, () => Promise.resolve(scope), 600);
  // Searches that find all or nothing prove little.
  assert(found > 300, `${found} searches told messages apart`);
});

Deno.test("SEARCH over a Maildir finds the same, whatever became of its index", async () => {
  const root = await Deno.makeTempDir();
  const disk = filesDisk();
  const open = () =>
    maildirStore({ disk, root: `${root}/mail`, index: sqliteIndex() });
  let store = open();
  try {
    const user = await store.open("alice@example.test");
    let inbox = (await user.mailbox("INBOX"))!;
    const truths = await fill(inbox, makeCorpus(60, 11));
    let ruledOut = 0;
    let proved = 0;
    const found = await holdAgainst(truths, async (round) => {
      // Nothing is indexed in the first rounds, then more and more.
      if (round > 60) await runSession(indexMessages(inbox, 1));
      if (round === 250 || round === 400) {
        await store.close();
        for (const name of LOST[round]!) {
          await Deno.remove(`${root}/mail/example.test/alice/${name}`);
        }
        store = open();
        inbox = (await (await store.open("alice@example.test"))
          .mailbox("INBOX"))!;
        // Without the index it is not known when a message changed: its modseq rises.
        for (const [i, { modseq }] of (await inbox.metas()).entries()) {
          Object.assign(truths[i]!, { modseq });
        }
      }
      // As when it could not be read, or was too long.
      if (round === 300) await inbox.text.put(unkept(truths));
      if (round === 320) await user.setTextIndex(false);
      if (round === 340) await user.setTextIndex(true);
      const texts = inbox.text;
      return scopeOver(inbox, truths, {
        ...texts,
        find: async (text) => {
          const found = await texts.find(text);
          const some = found?.inBodies.union(found.inHeaders);
          if (some && some.union(found!.unsure).size < truths.length) {
            ruledOut++;
          }
          if (some && some.size > 0) proved++;
          return found;
        },
      });
    }, 600);
    assert(found > 300, `${found} searches told messages apart`);
    assert(ruledOut > 60, `${ruledOut} texts ruled messages out`);
    assert(proved > 40, `${proved} texts needed no reading`);
    assertEquals(await inbox.text.missing(1), []);
  } finally {
    await store.close();
    await Deno.remove(root, { recursive: true });
  }
});

/** Some messages whose text is not kept. */
function unkept(truths: readonly Truth[]): Map<number, undefined> {
  return new Map(truths.slice(10, 20).map(({ uid }) => [uid, undefined]));
}

/** What is lost before which round. */
const LOST: Readonly<Record<number, readonly string[]>> = {
  250: ["text.db"],
  400: ["index.db"],
};

/** Stores the messages; what is true of them then. */
async function fill(
  inbox: Mailbox,
  { truths, scope }: Corpus,
): Promise<Truth[]> {
  const stored: Truth[] = [];
  for (const truth of truths) {
    const message = scope.open(scope.view.byUid(truth.uid)!);
    const octets = await runSession(message.octets());
    const pieces: Uint8Array[] = [];
    for (let piece; (piece = await octets.read(65536));) pieces.push(piece);
    const { flags, internalDate, savedDate } = truth;
    const options = { flags, internalDate, savedDate };
    const meta = await inbox.append([concatBytes(pieces)], options);
    stored.push({ ...truth, ...meta });
  }
  return stored;
}

async function scopeOver(
  inbox: Mailbox,
  truths: readonly Truth[],
  text: Mailbox["text"],
): Promise<SearchScope> {
  const view = new View(await inbox.metas());
  const recent = new Set(
    truths.filter((truth) => truth.recent).map(({ uid }) => uid),
  );
  const findings = new Findings(
    inbox.cache,
    (uid, count) => view.uidsFrom(uid, count),
  );
  const texts = new Texts(text);
  return {
    view,
    context: {
      ...context,
      now: NOW,
      largestSequence: view.count,
      largestUid: view.largestUid,
      sentDays: view.sentDays,
    },
    isRecent: (uid) => recent.has(uid),
    lacks: (uid, part) => findings.lacks(uid, part),
    open: (numbered) =>
      new StoredMessage(
        inbox,
        numbered,
        recent.has(numbered.meta.uid),
        findings,
        texts,
      ),
    *pause() {},
    end: () => findings.end(),
  };
}
