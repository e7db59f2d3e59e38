/**
 * The port of stories: what happened to a message, as the server knows it.
 *
 * Two implementations, in memory and in files (a text file a day).
 *
 * @module
 */

/** Something that happened to a message. */
export interface Chapter {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The message's id in the spool. */
  readonly id: string;
  /** As in the log: "smtp.accepted", "delivered", … */
  readonly event: string;
  /** What the log line of it says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Which stories are wanted: of the message with this id, this Message-ID, or from or to this address. */
export type Wanted =
  | { readonly by: "id"; readonly id: string }
  | { readonly by: "messageId"; readonly messageId: string }
  | { readonly by: "address"; readonly address: string };

export interface Stories {
  /** Notes a chapter. Never waits and never fails: a story is no promise. */
  tell(chapter: Chapter): void;
  /** Ids of messages that are wanted, the newest last, at most `most` of the newest. */
  find(wanted: Wanted, most: number): Promise<readonly string[]>;
  /** All that is known of a message, in the order of time. */
  of(id: string): Promise<readonly Chapter[]>;
  /** Forgets what is older than `kept` milliseconds, a day more or less. */
  tidy(kept: number): Promise<void>;
  close(): Promise<void>;
}

/** Whether `chapter` makes its message one that is wanted. */
export function isWanted({ id, fields }: Chapter, wanted: Wanted): boolean {
  switch (wanted.by) {
    case "id":
      return id === wanted.id;
    case "messageId":
      return fields.message_id === wanted.messageId;
    case "address":
      return [fields.from, fields.to].flat().some((one) =>
        typeof one === "string" && sameAddress(one, wanted.address)
      );
  }
}

/** Destinations are told as "mailbox:alice@example.test", too. */
function sameAddress(text: string, address: string): boolean {
  const bare = text.replace(/^(?:mailbox|remote):/, "");
  return bare.toLowerCase() === address.toLowerCase();
}
