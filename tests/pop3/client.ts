/** A client that speaks to a session in memory and sees all that it says and asks for. */

import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import { pop3Session } from "../../src/pop3/mod.ts";
import {
  type Link,
  type LinkTls,
  ShuttingDown,
  type Step,
  TimedOut,
  Wire,
} from "../../src/wire/mod.ts";
import type { World } from "./world.ts";

const TLS: LinkTls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };

export class Client {
  readonly wire = new Wire();
  readonly link: Link = {
    id: "s1",
    remoteAddress: "192.0.2.1",
    remotePort: 1,
    localAddress: "192.0.2.2",
    localPort: 110,
  };
  readonly session;
  /** The last step; undefined once the session has ended. */
  step: Step | undefined;
  /** The most output that waited at one time. */
  mostWaiting = 0;
  #output = "";

  private constructor(world: World, secure: boolean) {
    if (secure) this.link.tls = TLS;
    this.session = pop3Session(this.wire, this.link, world.setting);
  }

  /** Connects and reads the greeting. */
  static async connect(world: World, secure = false): Promise<Client> {
    const client = new Client(world, secure);
    client.#keep(client.session.next());
    await client.#run();
    return client;
  }

  /** Connects and logs in; what was said so far is forgotten. */
  static async login(world: World): Promise<Client> {
    const client = await Client.connect(world);
    await client.say("USER alice@example.test", "PASS secret");
    return client;
  }

  /** True once the session has ended. */
  get ended(): boolean {
    return this.step === undefined;
  }

  /** Sends lines in one packet; returns all that is answered, and what was not taken before. */
  say(...lines: string[]): Promise<string> {
    return this.sendRaw(lines.map((line) => line + "\r\n").join(""));
  }

  /** As {@linkcode say}, for octets. */
  async sendRaw(text: string): Promise<string> {
    if (this.step?.kind !== "input") throw new Error("the session reads not");
    this.wire.feed(latin1Encode(text));
    this.#keep(this.session.next("input"));
    await this.#run();
    return this.take();
  }

  /** Lets the time pass for which the session waits. */
  timeOut(): string {
    this.#keep(this.session.throw(new TimedOut()));
    return this.take();
  }

  shutDown(): string {
    this.#keep(this.session.throw(new ShuttingDown()));
    return this.take();
  }

  /** Closes the connection. */
  async hangUp(): Promise<string> {
    this.wire.feedEof();
    this.#keep(this.session.next("input"));
    await this.#run();
    return this.take();
  }

  /** What the session said, once. */
  take(): string {
    this.#drain();
    const output = this.#output;
    this.#output = "";
    return output;
  }

  #keep(result: IteratorResult<Step, void>): void {
    this.step = result.done ? undefined : result.value;
  }

  #drain(): void {
    const bytes = this.wire.takeOutput();
    if (bytes === undefined) return;
    this.mostWaiting = Math.max(this.mostWaiting, bytes.length);
    this.#output += latin1Decode(bytes);
  }

  async #run(): Promise<void> {
    while (this.step !== undefined && this.step.kind !== "input") {
      this.#keep(await this.#perform(this.step));
    }
  }

  async #perform(step: Step): Promise<IteratorResult<Step, void>> {
    if (step.kind === "flush") this.#drain();
    if (step.kind === "upgrade") {
      this.#drain();
      this.link.tls = TLS;
    }
    if (step.kind !== "work") return this.session.next();
    let value: unknown;
    try {
      value = await step.run();
    } catch (error) {
      return this.session.throw(error);
    }
    return this.session.next(value);
  }
}
