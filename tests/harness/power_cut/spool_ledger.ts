/**
 * What a spool has promised, kept where no power cut reaches, to compare with what a
 * restart finds.
 */

import { assert, assertEquals } from "@std/assert";
import type {
  Conclusion,
  Notes,
  Progress,
  Spool,
  WaitingEntry,
} from "../../../src/queue/mod.ts";
import { readAll } from "../../queue/conformance.ts";

/** One message, from its first octet to the last settlement. */
interface Pledge {
  readonly octets: Uint8Array;
  readonly destinations: ReadonlySet<string>;
  /** "uncertain": nobody was told yet, or the refusal could not be made sure. */
  state: "uncertain" | "acknowledged" | "refused";
  /** Settlements asked for and not acknowledged: they may have happened. */
  readonly asked: Set<string>;
  readonly settled: Set<string>;
  /** The number of the last note of a destination that was acknowledged. */
  readonly noted: Map<string, number>;
  /** Of another message, in the same record. */
  concludes?: Conclusion;
}

export class SpoolLedger {
  readonly #pledges = new Map<string, Pledge>();
  /** The disk failed even at taking a refused batch back: it may be found again. */
  cutBackFailed = false;
  /** A replay had no room to make certain what a dead process left. */
  isUnsure = false;
  /** Numbers notes: of two, the later one has the greater. */
  #notes = 0;
  readonly #occupied = new Set<string>();
  /** How many promises were compared with the disk. */
  checks = 0;

  begin(id: string, octets: Uint8Array, destinations: readonly string[]): void {
    assert(!this.#pledges.has(id), `id "${id}" was given twice`);
    this.#pledges.set(id, {
      octets,
      destinations: new Set(destinations),
      state: "uncertain",
      asked: new Set(),
      settled: new Set(),
      noted: new Map(),
    });
  }

  acknowledged(id: string): void {
    const pledge = this.#pledges.get(id)!;
    pledge.state = "acknowledged";
    if (pledge.concludes) this.#concluded(pledge.concludes);
  }

  /** Message `id` is about to be committed with what it concludes. */
  concludes(id: string, conclusion: Conclusion): void {
    this.#pledges.get(id)!.concludes = conclusion;
  }

  #concluded({ id, destinations, notes = {} }: Conclusion): void {
    for (const destination of destinations) this.settled(id, destination);
    this.noted(id, notes);
  }

  /** False when somebody notes something of the destination just now. */
  occupy(id: string, destination: string): boolean {
    const key = `${id} ${destination}`;
    return !this.#occupied.has(key) && this.#occupied.add(key) !== undefined;
  }

  vacate(id: string, destination: string): void {
    this.#occupied.delete(`${id} ${destination}`);
  }

  /** What is to be noted next of a destination; `attempts` is the note's number. */
  nextNote(id: string, destination: string): Progress {
    const held = this.#notes % 3 === 0;
    const reply = { code: 451, lines: [`${id} ${destination}`] };
    return { attempts: ++this.#notes, next: 0, reply, ...held && { held } };
  }

  noted(id: string, notes: Notes): void {
    const { noted } = this.#pledges.get(id)!;
    for (const [key, { attempts }] of Object.entries(notes)) {
      noted.set(key, Math.max(noted.get(key) ?? 0, attempts));
    }
  }

  refused(id: string): void {
    if (!this.cutBackFailed) this.#pledges.get(id)!.state = "refused";
  }

  asked(id: string, destination: string): void {
    this.#pledges.get(id)!.asked.add(destination);
  }

  settled(id: string, destination: string): void {
    this.#pledges.get(id)!.settled.add(destination);
  }

  /** The octets of a message, if it was written for `destination`. */
  octetsFor(id: string, destination: string): Uint8Array | undefined {
    const pledge = this.#pledges.get(id);
    return pledge?.destinations.has(destination) ? pledge.octets : undefined;
  }

  /** The messages that are settled for `destination`. */
  settledFor(destination: string): string[] {
    return [...this.#pledges].filter(([, { settled }]) =>
      settled.has(destination)
    ).map(([id]) => id);
  }

  /** Compares with a spool that was just opened; from then on its word counts. */
  async check(spool: Spool): Promise<void> {
    this.#occupied.clear();
    for (const [id, pledge] of this.#pledges) {
      if (pledge.concludes) this.#checkConclusion(spool, id, pledge);
    }
    const found = new Set<string>();
    for (const entry of spool.entries()) {
      assert(!found.has(entry.id), `"${entry.id}" is there twice`);
      found.add(entry.id);
      const pledge = this.#pledges.get(entry.id);
      assert(pledge, `"${entry.id}" was never written`);
      assert(pledge.state !== "refused", `"${entry.id}" was refused`);
      assertEquals(await readAll(spool, entry.id), pledge.octets);
      this.#checkPending(entry.id, pledge, entry.pending);
      this.#checkNotes(entry, pledge);
      pledge.state = "acknowledged";
    }
    for (const [id, pledge] of this.#pledges) {
      if (!found.has(id)) this.#checkAbsent(id, pledge);
    }
    this.cutBackFailed = false;
  }

  /** A report and what it concludes are there both, or neither. */
  #checkConclusion(spool: Spool, report: string, pledge: Pledge): void {
    const { id, destinations } = pledge.concludes!;
    delete pledge.concludes;
    const isThere = spool.entry(report) !== undefined;
    const { asked, settled } = this.#pledges.get(id)!;
    for (const key of destinations) {
      const isPending = spool.entry(id)?.pending.has(key) ?? false;
      if (isThere) {
        assert(!isPending, `"${report}" is there, "${id}" waits for "${key}"`);
      } else if (pledge.state !== "acknowledged" && pledge.asked.size === 0) {
        const other = asked.has(key) || settled.has(key);
        assert(isPending || other, `"${id}" lost "${key}" to no report`);
      }
      asked.add(key);
    }
    this.checks++;
  }

  /** What is known of a destination never gets older. */
  #checkNotes(entry: WaitingEntry, { noted }: Pledge): void {
    const { id, pending } = entry;
    for (const key of pending) {
      const known = entry.progress(key);
      const least = noted.get(key) ?? 0;
      const number = known?.attempts ?? 0;
      assert(
        number >= least,
        `"${id}" knows ${number} of "${key}", not ${least}`,
      );
      assert(number <= this.#notes, `"${id}" knows what was never noted`);
      if (known) {
        assertEquals(known.reply!.lines, [`${id} ${key}`]);
        noted.set(key, number);
      }
      this.checks++;
    }
  }

  #checkPending(
    id: string,
    pledge: Pledge,
    pending: ReadonlySet<string>,
  ): void {
    for (const destination of pledge.destinations) {
      const isPending = pending.has(destination);
      if (pledge.settled.has(destination)) {
        assert(!isPending, `"${id}" waits again for "${destination}"`);
      } else if (!isPending) {
        const asked = pledge.asked.has(destination);
        assert(asked, `"${id}" forgot "${destination}"`);
        pledge.settled.add(destination);
      }
    }
    pledge.asked.clear();
    this.checks++;
  }

  #checkAbsent(id: string, pledge: Pledge): void {
    if (pledge.state === "acknowledged") {
      this.#checkPending(id, pledge, new Set());
    } else {
      pledge.state = "refused";
    }
  }
}
