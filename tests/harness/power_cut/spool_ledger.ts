/**
 * What a spool has promised, kept where no power cut reaches, to compare with what a
 * restart finds.
 */

import { assert, assertEquals } from "@std/assert";
import type { Spool } from "../../../src/queue/mod.ts";
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
}

export class SpoolLedger {
  readonly #pledges = new Map<string, Pledge>();
  /** The disk failed even at taking a refused batch back: it may be found again. */
  cutBackFailed = false;
  /** A replay had no room to make certain what a dead process left. */
  isUnsure = false;
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
    });
  }

  acknowledged(id: string): void {
    this.#pledges.get(id)!.state = "acknowledged";
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
    const found = new Set<string>();
    for (const entry of spool.entries()) {
      assert(!found.has(entry.id), `"${entry.id}" is there twice`);
      found.add(entry.id);
      const pledge = this.#pledges.get(entry.id);
      assert(pledge, `"${entry.id}" was never written`);
      assert(pledge.state !== "refused", `"${entry.id}" was refused`);
      assertEquals(await readAll(spool, entry.id), pledge.octets);
      this.#checkPending(entry.id, pledge, entry.pending);
      pledge.state = "acknowledged";
    }
    for (const [id, pledge] of this.#pledges) {
      if (!found.has(id)) this.#checkAbsent(id, pledge);
    }
    this.cutBackFailed = false;
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
