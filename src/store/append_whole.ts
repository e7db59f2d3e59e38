/** Stores messages that come as a whole through a draft. */

import type { AppendOptions, Draft, Meta } from "./store.ts";

/** All or none. */
export async function appendWhole(
  mailbox: { draft(): Draft },
  messages: readonly {
    readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
    readonly options?: AppendOptions;
  }[],
): Promise<readonly Meta[]> {
  const draft = mailbox.draft();
  try {
    for (const { chunks, options } of messages) {
      await draft.begin(options);
      for await (const chunk of chunks) await draft.write(chunk);
    }
    return await draft.commit();
  } catch (error) {
    await draft.abort();
    throw error;
  }
}
