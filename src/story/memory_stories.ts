/** Stories in memory: the contract in a page. */

import { type Chapter, isWanted, type Stories } from "./story.ts";

export interface MemoryStoriesOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function memoryStories({ now }: MemoryStoriesOptions): Stories {
  let chapters: Chapter[] = [];
  return {
    tell: (chapter) => void chapters.push(chapter),
    find(wanted, most) {
      const ids = chapters.filter((one) => isWanted(one, wanted))
        .map(({ id }) => id);
      return Promise.resolve([...new Set(ids)].slice(-most));
    },
    of: (id) => Promise.resolve(chapters.filter((one) => one.id === id)),
    tidy(kept) {
      chapters = chapters.filter(({ time }) => time >= now() - kept);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
