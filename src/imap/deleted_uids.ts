/** What an expunge takes: the messages with \Deleted, among `uids` where it is given. */

import type { Selected } from "./selected.ts";

export function deletedUids(
  { view }: Selected,
  isMeant: (uid: number) => boolean = () => true,
): number[] {
  const uids: number[] = [];
  for (const { meta } of view.all()) {
    if (meta.flags.includes("\\Deleted") && isMeant(meta.uid)) {
      uids.push(meta.uid);
    }
  }
  return uids;
}
