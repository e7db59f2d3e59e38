/** Addresses for a network of hosts on loopback. */

/** A block of 127/8 of its own: several runs on one machine do not meet. */
export class Loopback {
  readonly #block: string;
  #next = 1;

  constructor() {
    const [a, b] = crypto.getRandomValues(new Uint8Array(2));
    this.#block = `127.${1 + a! % 254}.${b}`;
  }

  /** An address that nobody has yet. */
  address(): string {
    if (this.#next > 254) throw new Error("The block has no address left");
    return `${this.#block}.${this.#next++}`;
  }

  /** A port that is free at `address` now. */
  freePort(address = "127.0.0.1"): number {
    const listener = Deno.listen({ hostname: address, port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    return port;
  }
}
