/** What an owner does over IMAP, a step at a time; and what it makes of a state. */

import { utf8Encode } from "../../../src/bytes/mod.ts";
import type { Mailbox, MailUser } from "../../../src/store/mod.ts";
import type { Likeness, Slot, Slots, State } from "./imap_state.ts";
import { pick, type Random } from "./spool_life.ts";

export interface Step {
  readonly what: string;
  readonly likeness: Likeness;
  readonly run: (user: MailUser) => Promise<unknown>;
  readonly after: State;
}

const NAMES = ["A", "A/B", "A/B/C", "D", "D/E", "F"];
const FLAGS = ["\\Seen", "\\Flagged", "blue", "green"];
/** So many that some have no letter. */
const KEYWORDS = Array.from({ length: 30 }, (_, i) => `key${i}`);

/** A step that makes sense in `state`. */
export function nextStep(
  state: State,
  random: Random,
  fresh: () => string,
): Step {
  const steps = [
    ...[append, append, append, flag, flag, copy, move, move, expunge],
    ...[create, create, remove, rename, rename, subscribe, limit],
  ];
  for (;;) {
    const step = pick(random, steps)(state, random, fresh);
    if (step) return step;
  }
}

type Maker = (
  state: State,
  random: Random,
  fresh: () => string,
) => Step | undefined;

function mailboxIn(user: MailUser, name: string): Promise<Mailbox> {
  return user.mailbox(name).then((mailbox) => mailbox!);
}

/** Some messages of some mailbox, with their UIDs. */
function some(
  { mailboxes }: State,
  random: Random,
  but?: Slots,
): { name: string; uids: number[]; chosen: Map<string, Slot> } | undefined {
  const [name, slots] = pick(random, [...mailboxes]);
  const chosen = new Map(
    [...slots].filter(([token, { uid }]) =>
      uid !== undefined && !but?.has(token) && random() < 0.6
    ),
  );
  if (chosen.size === 0) return undefined;
  return { name, uids: [...chosen.values()].map(({ uid }) => uid!), chosen };
}

/** `state` with other messages in a mailbox. */
function changed(
  state: State,
  name: string,
  put: Slots,
  gone: Iterable<string> = [],
): State {
  const slots = new Map(state.mailboxes.get(name));
  for (const token of gone) slots.delete(token);
  for (const [token, slot] of put) slots.set(token, slot);
  return { ...state, mailboxes: new Map(state.mailboxes).set(name, slots) };
}

function withoutUids(slots: Slots): Slots {
  return new Map(
    [...slots].map(([token, { flags, date }]) => [token, { flags, date }]),
  );
}

const append: Maker = (state, random, fresh) => {
  const name = pick(random, [...state.mailboxes.keys()]);
  const flags = random() < 0.5 ? [pick(random, FLAGS)] : [];
  const date = Math.floor(random() * 1e6) * 1000;
  const tokens = Array.from({ length: 1 + Math.floor(random() * 3) }, fresh);
  const put = new Map(tokens.map((token) => [token, { flags, date }]));
  const messages = tokens.map((token) => ({
    chunks: [utf8Encode(token)],
    options: { flags, internalDate: date },
  }));
  return {
    what: `append ${tokens} to ${name}`,
    likeness: "whole",
    run: async (user) =>
      await (await mailboxIn(user, name)).appendAll(messages),
    after: changed(state, name, put),
  };
};

const flag: Maker = (state, random) => {
  const picked = some(state, random);
  if (!picked) return undefined;
  const { name, uids, chosen } = picked;
  const flags = random() < 0.1 ? KEYWORDS : [pick(random, FLAGS)];
  const put = new Map(
    [...chosen].map(([token, slot]) => [
      token,
      { ...slot, flags: [...new Set([...slot.flags, ...flags])] },
    ]),
  );
  return {
    what: `flag ${uids} of ${name}`,
    likeness: "each",
    run: async (user) =>
      await (await mailboxIn(user, name)).setFlags(uids, "add", flags),
    after: changed(state, name, put),
  };
};

const copy: Maker = (state, random) => {
  const to = pick(random, [...state.mailboxes.keys()]);
  const picked = some(state, random, state.mailboxes.get(to));
  if (!picked) return undefined;
  const { name, uids, chosen } = picked;
  return {
    what: `copy ${uids} of ${name} to ${to}`,
    likeness: "whole",
    run: async (user) => await (await mailboxIn(user, name)).copy(uids, to),
    after: changed(state, to, withoutUids(chosen)),
  };
};

const move: Maker = (state, random) => {
  const to = pick(random, [...state.mailboxes.keys()]);
  const picked = some(state, random, state.mailboxes.get(to));
  if (!picked) return undefined;
  const { name, uids, chosen } = picked;
  const left = changed(state, name, new Map(), chosen.keys());
  return {
    what: `move ${uids} of ${name} to ${to}`,
    likeness: "each",
    run: async (user) => await (await mailboxIn(user, name)).move(uids, to),
    after: changed(left, to, withoutUids(chosen)),
  };
};

const expunge: Maker = (state, random) => {
  const picked = some(state, random);
  if (!picked) return undefined;
  const { name, uids, chosen } = picked;
  return {
    what: `expunge ${uids} of ${name}`,
    likeness: "each",
    run: async (user) => await (await mailboxIn(user, name)).expunge(uids),
    after: changed(state, name, new Map(), chosen.keys()),
  };
};

const create: Maker = (state, random) => {
  const name = pick(random, NAMES);
  if (state.mailboxes.has(name)) return undefined;
  return {
    what: `create ${name}`,
    likeness: "whole",
    run: (user) => user.create(name),
    after: changed(state, name, new Map()),
  };
};

const remove: Maker = (state, random) => {
  const name = pick(random, [...state.mailboxes.keys()]);
  if (name === "INBOX") return undefined;
  const mailboxes = new Map(state.mailboxes);
  mailboxes.delete(name);
  return {
    what: `delete ${name}`,
    likeness: "whole",
    run: (user) => user.delete(name),
    after: { ...state, mailboxes },
  };
};

const rename: Maker = (state, random) => {
  const from = pick(random, ["INBOX", ...NAMES]);
  const to = pick(random, NAMES);
  const isIn = (name: string, top: string) =>
    name === top || name.startsWith(`${top}/`);
  const names = [...state.mailboxes.keys()];
  if (names.some((name) => isIn(name, to)) || isIn(to, from)) return undefined;
  if (from === "INBOX") return renameInbox(state, to);
  if (!names.some((name) => isIn(name, from))) return undefined;
  const mailboxes = new Map([...state.mailboxes].map(([name, slots]) =>
    [
      ...[
        isIn(name, from) ? to + name.slice(from.length) : name,
        slots,
      ] as const,
    ] as const
  ));
  return {
    what: `rename ${from} to ${to}`,
    likeness: "whole",
    run: (user) => user.rename(from, to),
    after: { ...state, mailboxes },
  };
};

function renameInbox(state: State, to: string): Step {
  const all = state.mailboxes.get("INBOX")!;
  const emptied = changed(state, "INBOX", new Map(), all.keys());
  return {
    what: `rename INBOX to ${to}`,
    likeness: "each",
    run: (user) => user.rename("INBOX", to),
    after: changed(emptied, to, withoutUids(all)),
  };
}

const subscribe: Maker = (state, random) => {
  const name = pick(random, NAMES);
  const isSubscribed = state.subscribed.includes(name);
  const others = state.subscribed.filter((other) => other !== name);
  const subscribed = isSubscribed ? others : [...others, name].sort();
  return {
    what: `${isSubscribed ? "unsubscribe" : "subscribe"} ${name}`,
    likeness: "whole",
    run: (user) => isSubscribed ? user.unsubscribe(name) : user.subscribe(name),
    after: { ...state, subscribed },
  };
};

const limit: Maker = (state, random) => {
  const octetLimit = 1_000_000 + Math.floor(random() * 1000);
  return {
    what: `limit ${octetLimit}`,
    likeness: "whole",
    run: (user) => user.setQuota({ octets: octetLimit }),
    after: { ...state, octetLimit },
  };
};
