/**
 * One folder of the memory disk: its names, and which of them are certain.
 *
 * The certain names are kept with a list of changes since. At a power cut each change
 * has happened or not, whatever became of the others, with two bonds that all file
 * systems keep: a rename within a folder shows the old or the new name and never
 * neither; a file that moves to another folder has left the first only when it has
 * arrived in the second.
 *
 * @module
 */

import type { MemoryFile } from "./memory_file.ts";

export type MemoryNode = MemoryFile | MemoryFolder;

/** A change of names that is not certain yet. */
interface NameChange {
  /** The name that goes, if any. */
  readonly remove?: string | undefined;
  /** The name that comes, if any, and what it then names. */
  readonly add?: string | undefined;
  readonly node: MemoryNode;
  /** The arrival that this departure waits for. */
  readonly arrival?: NameChange | undefined;
  /** When it was made. */
  readonly time: number;
  /** Synced; a departure may be so before its arrival. */
  certain: boolean;
  /** For the cut: it has happened. */
  happened: boolean;
}

export class MemoryFolder {
  /** What programs see. */
  names = new Map<string, MemoryNode>();
  /** When a name last changed, in milliseconds since 1970; as certain as that change. */
  modified: number;
  #durableModified: number;
  #durable = new Map<string, MemoryNode>();
  #changes: NameChange[] = [];

  constructor(time: number) {
    this.modified = this.#durableModified = time;
  }

  add(name: string, node: MemoryNode, time: number): void {
    this.#change({ add: name, node, time });
  }

  remove(name: string, time: number): void {
    this.#change({ remove: name, node: this.names.get(name)!, time });
  }

  /** Moves `from` to the name `to` in `folder`, which may be this one. */
  move(from: string, folder: MemoryFolder, to: string, time: number): void {
    const node = this.names.get(from)!;
    if (folder === this) {
      this.#change({ remove: from, add: to, node, time });
    } else {
      const arrival = folder.#change({ add: to, node, time });
      this.#change({ remove: from, node, arrival, time });
    }
  }

  #change(change: Omit<NameChange, "certain" | "happened">): NameChange {
    const noted = { ...change, certain: false, happened: false };
    apply(noted, this.names);
    this.modified = noted.time;
    this.#changes.push(noted);
    return noted;
  }

  /** How many changes a sync that begins now covers. */
  get changed(): number {
    return this.#changes.length;
  }

  /** A sync that began when `changed` was `upTo` has ended well. */
  synced(upTo: number): void {
    const rest: NameChange[] = [];
    for (const [i, change] of this.#changes.entries()) {
      if (i < upTo) change.certain = true;
      const arrived = change.arrival?.certain ?? true;
      if (rest.length === 0 && change.certain && arrived) {
        this.#make(change);
      } else {
        rest.push(change);
      }
    }
    this.#changes = rest;
  }

  /** Decides which changes have happened; the whole tree decides before any folder settles. */
  decide(random: () => number): void {
    const likelihood = [0.1, 0.5, 0.9][Math.floor(random() * 3)]!;
    for (const change of this.#changes) {
      change.happened ||= change.certain || random() < likelihood;
    }
    this.#keepRenamesWhole();
  }

  /** A rename of what another rename made has that one behind it. */
  #keepRenamesWhole(): void {
    for (let i = this.#changes.length - 1; i >= 0; i--) {
      const { remove, add, happened } = this.#changes[i]!;
      if (!happened || remove === undefined || add === undefined) continue;
      const source = this.#changes.findLast((earlier, k) =>
        k < i && earlier.add === remove
      );
      if (source?.remove !== undefined) source.happened = true;
    }
  }

  /** Turns the names into those that are found after the power cut. */
  cutPower(): void {
    for (const change of this.#changes) {
      const { arrival } = change;
      const arrived = !arrival || arrival.certain || arrival.happened;
      if (change.happened && arrived) this.#make(change);
    }
    this.#changes = [];
    this.names = new Map(this.#durable);
    this.modified = this.#durableModified;
  }

  /** Makes a change certain. */
  #make(change: NameChange): void {
    apply(change, this.#durable);
    this.#durableModified = Math.max(this.#durableModified, change.time);
  }
}

function apply(change: NameChange, names: Map<string, MemoryNode>): void {
  const { remove, add, node } = change;
  if (remove !== undefined && names.get(remove) === node) names.delete(remove);
  if (add !== undefined) names.set(add, node);
}
