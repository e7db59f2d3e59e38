/**
 * Random commands of a client, each with what it must do to the model and be answered
 * with. The model changes first, so that whatever is told can be held against it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Believer, uidsOf } from "./believer.ts";

export type Chance = (below: number) => number;

export const FLAGS = ["\\Seen", "\\Deleted", "\\Flagged", "Work"];

/** Messages that a command names. */
interface Named {
  readonly by: "sequence" | "uid";
  /** As it stands in the command. */
  readonly set: string;
  /** Those that are still there, and those that the client does not know to be gone. */
  readonly live: readonly number[];
  readonly someGone: boolean;
}

export type Step = (client: Believer, chance: Chance) => Promise<void>;

/** Every step, as often as it is to come. */
export const STEPS: readonly Step[] = [
  noop,
  append,
  append,
  store,
  store,
  store,
  fetchFlags,
  fetchBody,
  search,
  copy,
  move,
  expunge,
  expunge,
  uidExpunge,
  leave,
];

function pick<T>(items: readonly T[], chance: Chance): T {
  return items[chance(items.length)]!;
}

function prefix({ by }: Named): string {
  return by === "uid" ? "UID " : "";
}

/** Some messages that the client knows of; undefined where it knows of none. */
function named(client: Believer, chance: Chance): Named | undefined {
  const { uids, model, kind } = client;
  if (uids.length === 0) return undefined;
  const by = kind === "uidonly" || chance(3) === 0 ? "uid" : "sequence";
  const first = chance(uids.length);
  const last = Math.min(uids.length - 1, first + chance(3));
  const all = uids.slice(first, last + 1);
  const numbers = by === "uid" ? all : all.map((_, i) => first + i + 1);
  const set = chance(2) === 0
    ? numbers.join(",")
    : `${numbers.at(-1)}:${numbers[0]}`;
  const live = all.filter((uid) => model.has(uid));
  return { by, set, live, someGone: live.length < all.length };
}

/** RFC 9051 §6.4.9: UIDs that are not there are passed over. */
function expectStatus(status: string, { by, someGone }: Named): void {
  const refused = someGone && by === "sequence";
  assert(status.startsWith(refused ? "NO [EXPUNGEISSUED]" : "OK"), status);
}

/** Which UIDs FETCH responses were about. */
function fetched(lines: readonly string[], client: Believer): number[] {
  return lines.flatMap((line) => {
    const [, number, name] = /^\* (\d+) (FETCH|UIDFETCH)/.exec(line) ?? [];
    if (name === undefined) return [];
    return name === "UIDFETCH"
      ? Number(number)
      : client.uids[Number(number) - 1]!;
  });
}

async function noop(client: Believer): Promise<void> {
  await client.do("NOOP", true);
  client.settle(true);
}

async function append(client: Believer, chance: Chance): Promise<void> {
  const flag = pick(FLAGS, chance);
  const uid = client.model.append([flag]);
  const [, status] = await client.do(
    `APPEND INBOX (${flag}) {6+}\r\nA: b\r\n`,
    true,
  );
  assert(status.startsWith(`OK [APPENDUID ${client.uidValidity} ${uid}]`));
  client.settle(true);
}

async function store(client: Believer, chance: Chance): Promise<void> {
  const target = named(client, chance);
  if (target === undefined) return;
  const { model } = client;
  const how = pick(["+", "-", ""], chance);
  const flags = FLAGS.filter(() => chance(3) === 0);
  if (flags.length === 0) flags.push("Work");
  const silent = chance(2) === 0;
  const since = chance(3) === 0 ? pick([...model.modseqs.values()], chance) : 0;
  const modified = target.live.filter((uid) =>
    since > 0 && model.modseqs.get(uid)! > since
  );
  const changed = target.live.filter((uid) => !modified.includes(uid));
  for (const uid of changed) model.store(uid, how, flags);
  const numberOf = (uid: number) =>
    target.by === "uid" ? uid : client.uids.indexOf(uid) + 1;
  const expected = modified.map(numberOf);
  if (silent) { for (const uid of changed) client.assume(uid); }
  const mayExpunge = target.by === "uid";
  const [, status] = await client.do(
    `${prefix(target)}STORE ${target.set} ` +
      (since > 0 ? `(UNCHANGEDSINCE ${since}) ` : "") +
      `${how}FLAGS${silent ? ".SILENT" : ""} (${flags.join(" ")})`,
    mayExpunge,
  );
  const told = /^OK \[MODIFIED (\S+)\]/.exec(status)?.[1];
  assertEquals(told === undefined ? [] : uidsOf(told), expected, status);
  if (told === undefined) expectStatus(status, target);
  client.settle(mayExpunge);
}

async function fetchFlags(client: Believer, chance: Chance): Promise<void> {
  const target = named(client, chance);
  if (target === undefined) return;
  const { model, kind } = client;
  const since = chance(2) === 0 ? 0 : pick([...model.modseqs.values()], chance);
  const expected = target.live.filter((uid) =>
    since === 0 || model.modseqs.get(uid)! > since
  );
  const asks = kind === "plain" || kind === "rev2" || kind === "uidonly"
    ? 0
    : since;
  const before = client.uids;
  const mayExpunge = target.by === "uid";
  const [lines, status] = await client.say(
    `${prefix(target)}FETCH ${target.set} (UID FLAGS)` +
      (asks > 0 ? ` (CHANGEDSINCE ${asks})` : ""),
  );
  const about = fetched(lines, client);
  const wanted = asks > 0 ? expected : target.live;
  // Others may come behind them: what the client was not told of yet.
  assertEquals(about.slice(0, wanted.length), wanted, `${before}: ${lines}`);
  client.take(lines, mayExpunge);
  expectStatus(status, target);
  client.settle(mayExpunge);
}

async function fetchBody(client: Believer, chance: Chance): Promise<void> {
  const target = named(client, chance);
  if (target === undefined) return;
  for (const uid of target.live) client.model.store(uid, "+", ["\\Seen"]);
  const mayExpunge = target.by === "uid";
  const [, status] = await client.do(
    `${prefix(target)}FETCH ${target.set} BODY[]`,
    mayExpunge,
  );
  expectStatus(status, target);
  client.settle(mayExpunge);
}

async function search(client: Believer, chance: Chance): Promise<void> {
  const { model, kind } = client;
  const flag = pick(FLAGS, chance);
  const by = kind === "uidonly" || chance(2) === 0 ? "uid" : "sequence";
  const found = model.having(flag, client.uids);
  const expected = by === "uid"
    ? found
    : found.map((uid) => client.uids.indexOf(uid) + 1);
  const mayExpunge = by === "uid";
  const [lines] = await client.say(
    `${by === "uid" ? "UID " : ""}SEARCH ` +
      (flag === "Work" ? "KEYWORD Work" : flag.slice(1)),
  );
  const answer = lines.find((line) => /^\* E?SEARCH/.test(line))!;
  const set = kind === "rev2"
    ? /ALL (\S+)/.exec(answer)?.[1] ?? ""
    : answer.split(" ").slice(2).join(",");
  assertEquals(set === "" ? [] : uidsOf(set), expected, answer);
  client.take(lines, mayExpunge);
  client.settle(mayExpunge);
}

async function copy(client: Believer, chance: Chance): Promise<void> {
  const target = named(client, chance);
  if (target === undefined) return;
  const { model } = client;
  const refused = target.someGone && target.by === "sequence";
  const made = refused
    ? []
    : target.live.map((uid) => model.append(model.messages.get(uid)!));
  const [, status] = await client.do(
    `${prefix(target)}COPY ${target.set} INBOX`,
    true,
  );
  expectStatus(status, target);
  const [, from, to] = /COPYUID \d+ (\S+) (\S+)\]/.exec(status) ?? [];
  assertEquals(
    from === undefined ? [] : uidsOf(from),
    made.length === 0 ? [] : target.live,
  );
  assertEquals(to === undefined ? [] : uidsOf(to), made);
  client.settle(true);
}

async function move(client: Believer, chance: Chance): Promise<void> {
  const target = named(client, chance);
  if (target === undefined) return;
  const { model } = client;
  const refused = target.someGone && target.by === "sequence";
  const gone = refused ? [] : target.live;
  model.expunge(gone);
  const [lines, status] = await client.do(
    `${prefix(target)}MOVE ${target.set} Archive`,
    true,
  );
  expectStatus(status, target);
  const from = lines.map((line) => /COPYUID \d+ (\S+)/.exec(line)?.[1])
    .find((one) => one !== undefined);
  assertEquals(from === undefined ? [] : uidsOf(from), gone);
  client.settle(true);
}

async function expunge(client: Believer): Promise<void> {
  const { model } = client;
  model.expunge(model.having("\\Deleted", client.uids));
  const [, status] = await client.do("EXPUNGE", true);
  assert(status.startsWith("OK"), status);
  client.settle(true);
}

async function uidExpunge(client: Believer, chance: Chance): Promise<void> {
  const target = named(client, chance);
  if (target === undefined) return;
  const { model } = client;
  const set = target.by === "uid" ? target.set : `${client.uids[0]}:*`;
  const meant = target.by === "uid" ? target.live : client.uids;
  model.expunge(model.having("\\Deleted", meant));
  const [, status] = await client.do(`UID EXPUNGE ${set}`, true);
  assert(status.startsWith("OK"), status);
  client.settle(true);
}

/** Closes the mailbox; whoever steps next with this client opens it again. */
async function leave(client: Believer, chance: Chance): Promise<void> {
  const { model } = client;
  const command = pick(["UNSELECT", "CLOSE"], chance);
  if (command === "CLOSE") {
    model.expunge(model.having("\\Deleted", client.uids));
  }
  const [, status] = await client.say(command);
  assert(status.startsWith("OK"), status);
  client.isSelected = false;
}
