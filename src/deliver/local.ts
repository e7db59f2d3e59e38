/**
 * Local delivery: from the spool into a mailbox of the store (RFC 5321 §4.4, §6.1).
 *
 * @module
 */

import type { DetailRule } from "../accounts/mod.ts";
import { utf8Encode } from "../bytes/mod.ts";
import { reply } from "../mail/mod.ts";
import type { Destination, Octets, Spool, SpoolEntry } from "../queue/mod.ts";
import type { Mailbox, Store } from "../store/mod.ts";
import type { Courier, Outcome } from "./courier.ts";
import { detailMailbox } from "./detail_mailbox.ts";

const CHUNK = 256 * 1024;

/** What becomes of mail with a detail, by account. */
export type DetailRules = (account: string) => Promise<DetailRule>;

const ALL_TO_INBOX: DetailRules = () => Promise.resolve("inbox");

/** A courier that stores messages in their recipients' INBOX, or where their detail says. */
export function localCourier(
  spool: Spool,
  store: Store,
  details: DetailRules = ALL_TO_INBOX,
): Courier {
  const one = async (
    entry: SpoolEntry,
    destination: Destination,
  ): Promise<Outcome> => {
    if (destination.kind !== "mailbox") return NOT_OURS;
    try {
      const mailbox = await mailboxFor(store, destination, details);
      await deliver(spool, mailbox, entry);
      return DELIVERED;
    } catch (error) {
      // Whatever the disk's trouble is, the message is safe in the spool: try again.
      return {
        kind: "later",
        reply: reply(
          452,
          "4.2.0",
          error instanceof Error ? error.message : String(error),
        ),
      };
    }
  };
  return (entry, destinations) =>
    Promise.all(destinations.map((destination) => one(entry, destination)));
}

const DELIVERED: Outcome = {
  kind: "sent",
  reply: reply(250, "2.0.0", "Delivered"),
};
const NOT_OURS: Outcome = {
  kind: "later",
  reply: reply(451, "4.4.0", "There is no delivery to other servers"),
};

async function mailboxFor(
  store: Store,
  { account, detail }: Extract<Destination, { kind: "mailbox" }>,
  details: DetailRules,
): Promise<Mailbox> {
  const user = await store.open(account);
  const named = detail === undefined
    ? undefined
    : await detailMailbox(user, detail, await details(account));
  const mailbox = named ?? await user.mailbox("INBOX");
  if (mailbox !== undefined) return mailbox;
  throw new Error(`Cannot open mailbox "INBOX": there is none`);
}

async function deliver(
  spool: Spool,
  mailbox: Mailbox,
  entry: SpoolEntry,
): Promise<void> {
  const octets = await spool.read(entry.id);
  try {
    const first = await octets.read(CHUNK);
    const head = utf8Encode(returnPath(entry.envelope.from));
    const whole = first === undefined || first.length === entry.size;
    await mailbox.append(
      whole ? [head, ...(first ? [first] : [])] : chunksOf(head, first, octets),
      { deliveryId: entry.id, internalDate: entry.envelope.received },
    );
  } finally {
    octets.close();
  }
}

/** RFC 5321 §4.4: added at final delivery, on top of everything. */
function returnPath(reversePath: string): string {
  return `Return-Path: <${reversePath}>\r\n`;
}

async function* chunksOf(
  head: Uint8Array,
  first: Uint8Array,
  rest: Octets,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield first;
  for (
    let next = await rest.read(CHUNK);
    next !== undefined;
    next = await rest.read(CHUNK)
  ) {
    yield next;
  }
}
