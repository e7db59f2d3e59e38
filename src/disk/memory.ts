/**
 * The disk for tests: in memory, forgetful at a power cut, faulty on demand.
 *
 * Everything random comes from the caller, so that a seed names a whole run.
 *
 * @module
 */

import { type Disk, DiskError, type DiskFile, type DiskStat } from "./disk.ts";
import { fault } from "./memory_fault.ts";
import { MemoryFile } from "./memory_file.ts";
import { MemoryHandle } from "./memory_handle.ts";
import { MemoryFolder, type MemoryNode } from "./memory_folder.ts";

/** What goes wrong from now on; may be changed at any time. */
export interface DiskFaults {
  /** Octets that all files together may have. */
  capacity: number;
  readOnly: boolean;
  /** True makes the sync of that name fail; what it was to save stays unsaved for ever. */
  failSync: (why: string) => boolean;
  /** The operation of this number, counted from 1, fails with "io". */
  failAt: number;
  /** Before the operation of this number the power goes: it and all later ones fail. */
  cutAt: number;
  /** Syncs of these names do nothing and say that all is well. */
  ignoreSync: ReadonlySet<string>;
}

export interface MemoryDiskOptions {
  readonly faults?: Partial<DiskFaults>;
  /** Spreads operations over the microtask queue, so that concurrent ones overlap. At once where absent. */
  readonly random?: () => number;
  /** Milliseconds since 1970; always 0 where absent. */
  readonly now?: () => number;
}

/** An empty disk. */
export function memoryDisk(options: MemoryDiskOptions = {}): MemoryDisk {
  return new MemoryDisk(new MemoryFolder(options.now?.() ?? 0), options);
}

export class MemoryDisk implements Disk {
  readonly faults: DiskFaults;
  /** How many operations were begun. */
  operations = 0;
  /** The names of all syncs that were asked for, on this disk and those before it. */
  readonly syncNames: Set<string>;
  /** Octets of all files. */
  used = 0;
  /** The power is gone; every operation fails. */
  dead = false;
  readonly #root: MemoryFolder;
  readonly #folders: Set<MemoryFolder>;
  readonly #random: (() => number) | undefined;
  readonly #now: () => number;

  constructor(
    root: MemoryFolder,
    options: MemoryDiskOptions,
    syncNames = new Set<string>(),
  ) {
    this.#root = root;
    this.#folders = new Set([root]);
    this.#random = options.random;
    this.#now = options.now ?? (() => 0);
    this.syncNames = syncNames;
    this.faults = {
      capacity: Infinity,
      readOnly: false,
      failSync: () => false,
      failAt: 0,
      cutAt: 0,
      ignoreSync: new Set(),
      ...options.faults,
    };
  }

  /**
   * Cuts the power: this disk and its handles are dead from now on.
   *
   * @returns The disk that is found when the power is back, without faults except
   * for ignored syncs. What is found is certain.
   */
  powerCut(random: () => number): MemoryDisk {
    for (const folder of this.#folders) folder.decide(random);
    for (const folder of this.#folders) folder.cutPower();
    return this.#handOver((file) => file.cutPower(random));
  }

  /**
   * The process ends and the power stays: handles are dead from now on, what was not
   * synced is there still and is as uncertain as before.
   *
   * @returns The disk that the next process finds, without faults as above.
   */
  kill(): MemoryDisk {
    const found = this.#handOver(() => {});
    for (const folder of this.#folders) found.#folders.add(folder);
    return found;
  }

  #handOver(each: (file: MemoryFile) => void): MemoryDisk {
    this.dead = true;
    const { ignoreSync } = this.faults;
    const found = new MemoryDisk(this.#root, {
      faults: { ignoreSync },
      now: this.#now,
      ...this.#random && { random: this.#random },
    }, this.syncNames);
    found.#takeIn(this.#root, new Set(), each);
    return found;
  }

  #takeIn(
    folder: MemoryFolder,
    seen: Set<MemoryFile>,
    each: (file: MemoryFile) => void,
  ): void {
    this.#folders.add(folder);
    for (const node of folder.names.values()) {
      if (node instanceof MemoryFolder) {
        this.#takeIn(node, seen, each);
      } else if (seen.has(node)) {
        node.links++;
      } else {
        seen.add(node);
        each(node);
        node.links = 1;
        node.handles = 0;
        this.used += node.size;
      }
    }
  }

  async open(
    path: string,
    how: "create" | "append" | "read",
  ): Promise<DiskFile> {
    await this.#begin(how !== "read" && this.#find(path) === undefined);
    return new MemoryHandle(this, this.#openFile(path, how), path);
  }

  async read(path: string, most: number): Promise<Uint8Array> {
    await this.#begin(false);
    const file = this.#existing(path);
    if (file instanceof MemoryFolder) throw fault("io", "read", path);
    const octets = new Uint8Array(most);
    return octets.subarray(0, file.readAt(octets, 0));
  }

  #openFile(path: string, how: "create" | "append" | "read"): MemoryFile {
    const node = this.#find(path);
    if (node instanceof MemoryFolder) throw fault("io", "open", path);
    if (node && how === "create") throw fault("exists", "open", path);
    if (!node && how === "read") throw fault("missing", "open", path);
    const file = node ?? this.#create(path);
    file.handles++;
    return file;
  }

  #create(path: string): MemoryFile {
    const [folder, name] = this.#place(path);
    if (this.used >= this.faults.capacity) throw fault("full", "open", path);
    const file = new MemoryFile();
    file.modified = this.#now();
    file.links = 1;
    folder.add(name, file, file.modified);
    return file;
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#begin(true);
    const node = this.#existing(from);
    const [source, oldName] = this.#place(from);
    const [target, newName] = this.#place(to);
    const replaced = target.names.get(newName);
    if (replaced === node) return;
    source.move(oldName, target, newName, this.#now());
    if (replaced instanceof MemoryFile) this.#dropLink(replaced);
  }

  async link(from: string, to: string): Promise<void> {
    await this.#begin(true);
    const node = this.#existing(from);
    const [folder, name] = this.#place(to);
    if (folder.names.has(name)) throw fault("exists", "link", to);
    if (node instanceof MemoryFolder) throw fault("denied", "link", from);
    node.links++;
    folder.add(name, node, this.#now());
  }

  async unlink(path: string): Promise<void> {
    await this.#begin(true);
    const node = this.#existing(path);
    if (node instanceof MemoryFolder) throw fault("io", "remove", path);
    const [folder, name] = this.#place(path);
    folder.remove(name, this.#now());
    this.#dropLink(node);
  }

  #dropLink(file: MemoryFile): void {
    file.links--;
    this.release(file);
  }

  /** Gives the space of a file back that neither a name nor a handle holds. */
  release(file: MemoryFile): void {
    if (file.links === 0 && file.handles === 0) this.used -= file.size;
  }

  async list(path: string): Promise<string[]> {
    await this.#begin(false);
    const node = this.#find(path);
    return node instanceof MemoryFolder ? [...node.names.keys()] : [];
  }

  async makeDir(path: string): Promise<void> {
    await this.#begin(this.#find(path) === undefined);
    let folder = this.#root;
    for (const name of steps(path)) {
      let node = folder.names.get(name);
      if (node === undefined) {
        node = new MemoryFolder(this.#now());
        this.#folders.add(node);
        folder.add(name, node, this.#now());
      }
      if (node instanceof MemoryFile) throw fault("exists", "make", path);
      folder = node;
    }
  }

  async removeDir(path: string): Promise<void> {
    await this.#begin(true);
    const node = this.#existing(path);
    if (node instanceof MemoryFile || node.names.size > 0) {
      throw fault("io", "remove", path);
    }
    const [folder, name] = this.#place(path);
    folder.remove(name, this.#now());
  }

  async syncDir(path: string, why: string): Promise<void> {
    await this.#begin(false);
    const node = this.#existing(path);
    if (node instanceof MemoryFile) throw fault("io", "sync", path);
    const upTo = node.changed;
    if (await this.sync(path, why)) node.synced(upTo);
  }

  async stat(path: string): Promise<DiskStat | undefined> {
    await this.#begin(false);
    const node = this.#find(path);
    if (node === undefined) return undefined;
    const isDirectory = node instanceof MemoryFolder;
    const size = isDirectory ? 0 : node.size;
    return { size, modified: node.modified, isDirectory };
  }

  /** Begins an operation; `changes` is for those that a read-only disk refuses. */
  async #begin(changes: boolean): Promise<void> {
    this.count(changes);
    await this.pause(2);
  }

  /** Counts an operation and lets it meet the fault that waits for it. */
  count(changes: boolean): void {
    this.operations++;
    if (this.operations === this.faults.cutAt) this.dead = true;
    this.checkPower();
    if (this.operations === this.faults.failAt) {
      throw new DiskError("io", "Cannot use the disk: it was told to fail");
    }
    if (changes && this.faults.readOnly) {
      throw new DiskError("read-only", "Cannot change the disk: read-only");
    }
  }

  checkPower(): void {
    if (this.dead) {
      throw new DiskError("io", "Cannot use the disk: the power is cut");
    }
  }

  /** Lets up to `most` other things happen first. */
  async pause(most: number): Promise<void> {
    if (this.#random === undefined) return;
    for (let i = Math.floor(this.#random() * (most + 1)); i > 0; i--) {
      await undefined;
    }
    this.checkPower();
  }

  /** The way of every sync; false when it only pretends. */
  async sync(path: string, why: string): Promise<boolean> {
    this.syncNames.add(why);
    await this.pause(12);
    if (this.faults.ignoreSync.has(why)) return false;
    if (this.faults.failSync(why)) throw fault("io", "sync", path);
    return true;
  }

  /** Cuts `bytes` to what there is room for. */
  room(bytes: Uint8Array): Uint8Array {
    const room = Math.max(0, this.faults.capacity - this.used);
    return bytes.length <= room ? bytes : bytes.subarray(0, room);
  }

  touch(file: MemoryFile): void {
    file.modified = this.#now();
  }

  #find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.#root;
    for (const name of steps(path)) {
      if (!(node instanceof MemoryFolder)) return undefined;
      node = node.names.get(name);
    }
    return node;
  }

  #existing(path: string): MemoryNode {
    const node = this.#find(path);
    if (node === undefined) throw fault("missing", "find", path);
    return node;
  }

  /** The folder that `path` lies in, and its name there. */
  #place(path: string): [MemoryFolder, string] {
    const names = steps(path);
    const name = names.pop();
    const folder = this.#find(names.join("/"));
    if (name === undefined || !(folder instanceof MemoryFolder)) {
      throw fault("missing", "find", path);
    }
    return [folder, name];
  }
}

function steps(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
