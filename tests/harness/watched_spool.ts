/** A memory spool that tells which drafts are open, and fails where a script wants it. */

import type { Draft, Spool } from "../../src/queue/mod.ts";

/** What the disk below does: "slow" makes each write wait, the others make it fail. */
export type DiskTrouble = "none" | "full" | "io" | "slow" | "full at commit";

/** As the disk's own error looks, for who knows it by its shape. */
class DiskError extends Error {
  override name = "DiskError";
  constructor(readonly fault: "full" | "io") {
    super(`Cannot write: ${fault}`);
  }
}

export interface WatchedSpool {
  readonly spool: Spool;
  /** Drafts that were begun, and neither committed nor aborted. */
  readonly open: number;
  trouble: DiskTrouble;
}

export function watchedSpool(spool: Spool): WatchedSpool {
  const open = new Set<string>();
  const watched = {
    spool: { ...spool, begin },
    trouble: "none" as DiskTrouble,
    get open() {
      return open.size;
    },
  };

  function begin(): Draft {
    const draft = spool.begin();
    open.add(draft.id);
    let busy = false;
    return {
      id: draft.id,
      get size() {
        return draft.size;
      },
      write: (bytes) => {
        // The file spool's drafts take one write at a time.
        if (busy) {
          throw new Error("A write began before the last one had ended");
        }
        const written = write(draft, bytes, watched.trouble);
        busy = written !== undefined;
        return written?.finally(() => busy = false);
      },
      commit: (envelope, concludes) => {
        open.delete(draft.id);
        return watched.trouble === "full at commit"
          ? Promise.reject(new DiskError("full"))
          : draft.commit(envelope, concludes);
      },
      abort: () => {
        open.delete(draft.id);
        return draft.abort();
      },
    };
  }

  return watched;
}

function write(
  draft: Draft,
  bytes: Uint8Array,
  trouble: DiskTrouble,
): void | Promise<void> {
  if (trouble === "full" || trouble === "io") throw new DiskError(trouble);
  if (trouble !== "slow") return draft.write(bytes);
  // The octets are taken late: a session that goes on before spoils them.
  return Promise.resolve().then(() => Promise.resolve())
    .then(() => draft.write(bytes));
}
