/**
 * What the command line can ask of the queue and of stories: of a running server
 * through `control/`, of a data folder that no server has directly.
 *
 * @module
 */

import { ControlRefusal, type Given, type Operations } from "./control/mod.ts";
import type {
  NoteProgress,
  QueueControl,
  QueueFilter,
  WaitingMessage,
} from "./deliver/mod.ts";
import type { Chapter, Stories, Wanted } from "./story/mod.ts";

export interface OperationsGround {
  readonly queue: QueueControl;
  readonly stories: Stories;
  /** Forgets which peers could not be reached: what is tried again is tried indeed. */
  readonly wake: () => void;
}

/** An item of an action: how far it is, or, last, how many messages it changed. */
export type ActionItem =
  | { readonly done: number; readonly total: number }
  | { readonly changed: number };

/** An item of `explain`: a message, what happened to it, and what is next. */
export interface Explained {
  readonly id: string;
  readonly chapters: readonly Chapter[];
  readonly waiting: WaitingMessage | undefined;
}

/** Stories of an address that are told. */
const MOST_STORIES = 10;

export function operationsOf(ground: OperationsGround): Operations {
  const { queue, wake } = ground;
  return {
    "queue.list": (given) => queue.list(filterOf(given)),
    "queue.retry": action((given, note) => {
      wake();
      return queue.retry(filterOf(given), note);
    }),
    "queue.hold": action((given, note) => queue.hold(filterOf(given), note)),
    "queue.release": action((given, note) =>
      queue.release(filterOf(given), note)
    ),
    "queue.delete": action((given, note) =>
      queue.delete(filterOf(given), note)
    ),
    "queue.flush": action((_, note) => {
      wake();
      return queue.retry({}, note);
    }),
    explain: (given) => explain(given, ground),
  };
}

/** Milliseconds between two items that tell how far an action is. */
const OFTEN = 200;

/** Runs `act`; tells how far it is while it takes long. */
function action(
  act: (given: Given, note: NoteProgress) => Promise<number>,
): (given: Given) => AsyncGenerator<ActionItem> {
  return async function* (given) {
    let progress: ActionItem | undefined;
    let result: { readonly changed: number } | undefined;
    const acting = act(given, (done, total) => progress = { done, total })
      .then((changed) => result = { changed });
    while (result === undefined) {
      const pause = new Promise((resolve) => setTimeout(resolve, OFTEN));
      await Promise.race([acting, pause]);
      if (result === undefined && progress) yield progress;
    }
    yield result;
  };
}

const KEYS = ["id", "sender", "recipient", "domain"] as const;

function filterOf(given: Given): QueueFilter {
  const filter: Record<string, string> = {};
  for (const key of KEYS) {
    const value = given[key];
    if (value === undefined) continue;
    if (typeof value !== "string") {
      throw new ControlRefusal(`"${key}" is no text`);
    }
    filter[key] = value;
  }
  return filter;
}

async function* explain(
  given: Given,
  { queue, stories }: OperationsGround,
): AsyncGenerator<Explained> {
  const subject = String(given.subject ?? "");
  const ids = await stories.find(wantedBy(subject), MOST_STORIES);
  // What waits is known by its id even where its story is not kept any more.
  for (const id of ids.length > 0 ? ids : [subject]) {
    const chapters = await stories.of(id);
    const [waiting] = await Array.fromAsync(queue.list({ id }));
    if (chapters.length > 0 || waiting) yield { id, chapters, waiting };
  }
}

/** `<…@…>` is a Message-ID, what has an "@" an address, all else an id of the spool. */
export function wantedBy(subject: string): Wanted {
  if (/^<.*>$/.test(subject)) return { by: "messageId", messageId: subject };
  return subject.includes("@")
    ? { by: "address", address: subject }
    : { by: "id", id: subject };
}
