/**
 * FETCH and UID FETCH (RFC 9051 §6.4.5; RFC 7162 §3.1.4.1 CHANGEDSINCE, §3.2.6 VANISHED;
 * RFC 9394 PARTIAL; RFC 9586 UIDONLY). What items say stands in `fetch/`.
 */

import type { Session } from "../../wire/mod.ts";
import { parseFetchAttributes } from "../fetch/fetch_items.ts";
import { writeFetch } from "../fetch/write_fetch.ts";
import { Findings } from "../findings.ts";
import { type FetchModifiers, readFetchModifiers } from "../fetch_modifiers.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import { messageContext } from "../message_context.ts";
import { heartbeat, workOn } from "../progress.ts";
import type { Command, FetchAttribute } from "../rows.ts";
import { tellVanished } from "../select_options.ts";
import type { Selected } from "../selected.ts";
import { resolveRanges, type SequenceSet } from "../sequence_set.ts";
import { SELECTED } from "../states.ts";
import { no, ok, type Refusal, type Status } from "../status.ts";
import { StoredMessage } from "../stored_message.ts";
import { type By, type Targets, targetsOf } from "../targets.ts";
import { Texts } from "../texts.ts";
import type { Numbered } from "../view.ts";

const UID: FetchAttribute = {
  name: "UID",
  needs: "meta",
  write: (out, { meta }) => {
    out.words("UID ");
    out.number(meta.uid);
  },
};

const MODSEQ: FetchAttribute = {
  name: "MODSEQ",
  needs: "meta",
  write: (out, { meta }) => out.words(`MODSEQ (${meta.modseq})`),
};

/** Messages of which nothing has to be read that are written between two looks at the clock. */
const AT_ONCE = 64;

export const fetch: Command = fetchBy("FETCH", "sequence");
export const uidFetch: Command = fetchBy("UID FETCH", "uid");

function fetchBy(name: string, by: By): Command {
  return {
    name,
    syntax: `${name} sequence-set items [(modifier ...)]`,
    states: SELECTED,
    keepsNumbers: by === "sequence",
    *run(s, scanner) {
      scanner.space();
      const set = scanner.sequenceSet();
      scanner.space();
      const asked = yield* parseFetchAttributes(scanner);
      const modifiers = readFetchModifiers(s, scanner, by);
      scanner.end();
      const targets = targetsOf(s, set, by);
      if (modifiers.vanished) yield* tellGone(s, set, modifiers);
      const attributes = completed(s, asked, modifiers, by);
      const messages = chosen(targets, modifiers);
      s.out.beginTogether();
      const refusal = yield* writeAll(s, messages, attributes);
      s.out.endTogether();
      yield* markSeen(s, messages, attributes);
      return completion(name, targets, refusal, by);
    },
  };
}

/** What is told without being asked for: UIDs (RFC 9051 §6.4.9), mod-sequences (RFC 7162 §3.1.4.1). */
function completed(
  s: ImapSession,
  asked: readonly FetchAttribute[],
  { changedSince }: FetchModifiers,
  by: By,
): readonly FetchAttribute[] {
  const attributes = [...asked];
  const has = (name: string) => attributes.some((one) => one.name === name);
  if (changedSince !== undefined && !has("MODSEQ")) {
    attributes.push(MODSEQ);
  }
  if (has("MODSEQ")) s.enabled.add("CONDSTORE");
  // RFC 9586 §3.2: UIDFETCH has the UID in front already.
  if (s.enabled.has("UIDONLY")) {
    const others = attributes.filter(({ name }) => name !== "UID");
    return others.length === 0 ? attributes : others;
  }
  const wantsUid = by === "uid" || s.enabled.has("QRESYNC");
  if (wantsUid && !has("UID")) attributes.unshift(UID);
  return attributes;
}

function chosen(
  { messages }: Targets,
  { changedSince, partial }: FetchModifiers,
): readonly Numbered[] {
  const changed = changedSince === undefined
    ? messages
    : messages.filter(({ meta }) => meta.modseq > changedSince);
  return partial === undefined ? changed : partial(changed);
}

/** RFC 7162 §3.2.6: which UIDs of the set are gone since. */
function* tellGone(
  s: ImapSession,
  set: SequenceSet,
  { changedSince }: FetchModifiers,
): Session<void> {
  if (set.kind === "saved" || changedSince === undefined) return;
  const selected = selectedOf(s);
  const known = resolveRanges(set.ranges, selected.view.largestUid);
  yield* tellVanished(s, selected, changedSince, known);
}

function* writeAll(
  s: ImapSession,
  messages: readonly Numbered[],
  attributes: readonly FetchAttribute[],
): Session<Refusal | undefined> {
  const selected = selectedOf(s);
  const context = messageContext(s);
  const uidOnly = s.enabled.has("UIDONLY");
  const tellsFlags = attributes.some(({ name }) => name === "FLAGS");
  const beat = heartbeat(s);
  const findings = findingsOf(selected, messages);
  const texts = new Texts(selected.mailbox.text);
  let refusal: Refusal | undefined;
  for (let done = 0; done < messages.length; done++) {
    const { sequence, meta } = messages[done]!;
    // Flags may have changed while others were written; numbers have not.
    const message = selected.view.at(sequence) ?? { sequence, meta };
    const recent = selected.isRecent(meta.uid);
    const writing = writeFetch(
      s.out,
      uidOnly
        ? { number: meta.uid, word: "UIDFETCH" }
        : { number: sequence, word: "FETCH" },
      attributes,
      new StoredMessage(selected.mailbox, message, recent, findings, texts),
      context,
    );
    const refused = writing && (yield* writing);
    if (refused === undefined && tellsFlags) {
      selected.view.toldFlags(meta.uid);
    }
    refusal ??= refused;
    if (findings.isFull) yield* findings.relieve();
    // Where nothing is waited for, many are written before the next look at the clock.
    if (writing || done % AT_ONCE === AT_ONCE - 1) {
      yield* beat(done + 1, messages.length);
    }
  }
  yield* findings.end();
  return refusal;
}

/** What is known of the messages already; they are gone through from the first to the last. */
function findingsOf(
  { mailbox }: Selected,
  messages: readonly Numbered[],
): Findings {
  let at = 0;
  return new Findings(mailbox.cache, (uid, count) => {
    while (at < messages.length && messages[at]!.meta.uid < uid) at++;
    return messages.slice(at, at + count).map(({ meta }) => meta.uid);
  });
}

/** RFC 9051 §6.4.5: reading sets \Seen; once for all, when all is written. */
function* markSeen(
  s: ImapSession,
  messages: readonly Numbered[],
  attributes: readonly FetchAttribute[],
): Session<void> {
  const { mailbox, readOnly } = selectedOf(s);
  if (readOnly || !attributes.some(({ setsSeen }) => setsSeen)) return;
  const uids = messages
    .filter(({ meta }) => !meta.flags.includes("\\Seen"))
    .map(({ meta }) => meta.uid);
  if (uids.length === 0) return;
  yield* workOn(s, () => mailbox.setFlags(uids, "add", ["\\Seen"]));
}

function completion(
  name: string,
  { someGone }: Targets,
  refusal: Refusal | undefined,
  by: By,
): Status {
  if (refusal !== undefined) return refusal.status;
  // RFC 9051 §6.4.9: UIDs that are not there are passed over.
  return someGone && by === "sequence"
    ? no("Some messages are gone", "EXPUNGEISSUED")
    : ok(`${name} completed`);
}
