/**
 * Items for which the body of a message is not read (RFC 9051 §6.4.5; RFC 7162 §3.1.4,
 * RFC 8474 §5, RFC 8514 §4).
 *
 * @module
 */

import { formatDateTime } from "../date_time.ts";
import type { Message } from "../message.ts";
import type { FetchItem, MessageContext } from "../rows.ts";
import { threadIdOf } from "../thread_id.ts";

/** FLAGS; \Recent stands among them for clients of RFC 3501 (§2.3.2). */
export const flags: FetchItem = {
  name: "FLAGS",
  parse: () => {
    // Messages with the same flags share them.
    let last: Flags = [];
    let text = "FLAGS ()";
    return {
      name: "FLAGS",
      needs: "meta",
      write: (out, { meta, recent }, { rev2 }) => {
        if (recent && !rev2) return out.words(textOf([...meta.flags, RECENT]));
        if (meta.flags !== last) {
          last = meta.flags;
          text = textOf(last);
        }
        out.words(text);
      },
    };
  },
};

type Flags = Message["meta"]["flags"];

const RECENT = "\\Recent";

function textOf(flags: Flags): string {
  return `FLAGS (${flags.join(" ")})`;
}

export const uid: FetchItem = metaItem("UID", ({ meta }) => `${meta.uid}`);

export const internalDate: FetchItem = metaItem(
  "INTERNALDATE",
  ({ meta }) => `"${formatDateTime(meta.internalDate)}"`,
);

export const size: FetchItem = metaItem(
  "RFC822.SIZE",
  ({ meta }) => `${meta.size}`,
);

/** RFC 7162 §3.1.4.2. */
export const modseq: FetchItem = metaItem(
  "MODSEQ",
  ({ meta }) => `(${meta.modseq})`,
);

/** RFC 8474 §5.1. */
export const emailId: FetchItem = metaItem(
  "EMAILID",
  ({ meta }) => `(${meta.emailId})`,
);

/** RFC 8474 §5.2. */
export const threadId: FetchItem = {
  name: "THREADID",
  parse: () => ({
    name: "THREADID",
    needs: "header",
    *write(out, message) {
      const id = yield* threadIdOf(message);
      out.words(`THREADID (${id})`);
    },
  }),
};

/** RFC 8514 §4.2. */
export const saveDate: FetchItem = metaItem(
  "SAVEDATE",
  ({ meta }) => `"${formatDateTime(meta.savedDate)}"`,
);

function metaItem(
  name: string,
  value: (message: Message, context: MessageContext) => string,
): FetchItem {
  const attribute = {
    name,
    needs: "meta" as const,
    write: (
      out: { words(text: string): void },
      message: Message,
      context: MessageContext,
    ) => out.words(`${name} ${value(message, context)}`),
  };
  return { name, parse: () => attribute };
}
