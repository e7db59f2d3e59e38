/**
 * Stories in text files, one a day (UTC): `<folder>/2026-11-26.txt`.
 *
 * Lines are gathered for a second and not synced: after a power cut the last moments
 * of a story may lack, never mail. Looking one up reads the files; there is no index
 * to keep, and `grep` does as well.
 *
 * @module
 */

import { type Disk, DiskError } from "../disk/mod.ts";
import { formatChapter, parseChapter } from "./chapter_line.ts";
import { type Chapter, isWanted, type Stories, type Wanted } from "./story.ts";

export interface FileStoriesOptions {
  readonly disk: Disk;
  /** The folder; the one above it must be there. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

/** Milliseconds that lines wait for others. */
const GATHER = 1000;
/** Characters that may wait for a slow disk; beyond, chapters are lost. */
const BACKLOG = 8 * 1024 * 1024;
const CHUNK = 256 * 1024;
const DAY = 24 * 3600 * 1000;
const NAME = /^\d{4}-\d\d-\d\d\.txt$/;

/** @throws {DiskError} When the folder cannot be made. */
export async function fileStories(
  options: FileStoriesOptions,
): Promise<Stories> {
  await options.disk.makeDir(options.folder);
  return new FileStories(options);
}

class FileStories implements Stories {
  readonly #options: FileStoriesOptions;
  /** Lines that wait, by the day of their file. */
  #waiting = new Map<string, string[]>();
  #size = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FileStoriesOptions) {
    this.#options = options;
  }

  tell(chapter: Chapter): void {
    if (this.#size > BACKLOG) return;
    const line = `${formatChapter(chapter)}\n`;
    const day = dayOf(chapter.time);
    const lines = this.#waiting.get(day);
    if (lines) lines.push(line);
    else this.#waiting.set(day, [line]);
    this.#size += line.length;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#flush(), GATHER);
    // Nothing but `close` waits for it.
    Deno.unrefTimer(this.#timer);
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#writing = this.#writing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#size = 0;
    for (const [day, lines] of waiting) {
      try {
        await this.#append(day, lines.join(""));
      } catch (error) {
        this.#options.log("stories_not_written", { level: "warn", error });
      }
    }
  }

  async #append(day: string, text: string): Promise<void> {
    const path = `${this.#options.folder}/${day}.txt`;
    const file = await this.#open(path);
    try {
      await file.write(new TextEncoder().encode(text));
    } finally {
      file.close();
    }
  }

  async #open(path: string) {
    const { disk } = this.#options;
    try {
      return await disk.open(path, "append");
    } catch (error) {
      if (!(error instanceof DiskError) || error.fault !== "missing") {
        throw error;
      }
      return await disk.open(path, "create");
    }
  }

  async find(wanted: Wanted, most: number): Promise<readonly string[]> {
    const ids = new Set<string>();
    for await (const chapter of this.#chapters(needleOf(wanted))) {
      if (!isWanted(chapter, wanted)) continue;
      // Anew at the end: the newest are kept.
      ids.delete(chapter.id);
      ids.add(chapter.id);
      if (ids.size > 2 * most) trim(ids, most);
    }
    trim(ids, most);
    return [...ids];
  }

  async of(id: string): Promise<readonly Chapter[]> {
    const chapters: Chapter[] = [];
    for await (const chapter of this.#chapters(id)) {
      if (chapter.id === id) chapters.push(chapter);
    }
    return chapters;
  }

  /** Chapters whose line has `needle` in it, in whatever case. */
  async *#chapters(needle: string): AsyncGenerator<Chapter> {
    await this.#flush();
    const lower = needle.toLowerCase();
    for (const name of await this.#files()) {
      for await (const line of this.#lines(name)) {
        if (!line.toLowerCase().includes(lower)) continue;
        const chapter = parseChapter(line);
        if (chapter) yield chapter;
      }
    }
  }

  async #files(): Promise<string[]> {
    const names = await this.#options.disk.list(this.#options.folder);
    return names.filter((name) => NAME.test(name)).sort();
  }

  async *#lines(name: string): AsyncGenerator<string> {
    const { disk, folder } = this.#options;
    const file = await disk.open(`${folder}/${name}`, "read");
    try {
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(CHUNK);
      let text = "";
      for (let at = 0;;) {
        const count = await file.readAt(buffer, at);
        if (count === 0) return;
        at += count;
        text += decoder.decode(buffer.subarray(0, count), { stream: true });
        const lines = text.split("\n");
        text = lines.pop()!;
        yield* lines;
      }
    } finally {
      file.close();
    }
  }

  async tidy(kept: number): Promise<void> {
    const { disk, folder, now } = this.#options;
    // A day's file goes when its last line is too old.
    const oldest = dayOf(now() - kept - DAY);
    for (const name of await this.#files()) {
      if (name.slice(0, 10) <= oldest) await disk.unlink(`${folder}/${name}`);
    }
  }

  async close(): Promise<void> {
    await this.#flush();
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** What a line must have in it to be looked at closely; as JSON writes it. */
function needleOf(wanted: Wanted): string {
  switch (wanted.by) {
    case "id":
      return wanted.id;
    case "messageId":
      return JSON.stringify(wanted.messageId).slice(1, -1);
    case "address":
      return JSON.stringify(wanted.address).slice(1, -1);
  }
}

function trim(ids: Set<string>, most: number): void {
  for (const id of ids) {
    if (ids.size <= most) break;
    ids.delete(id);
  }
}
