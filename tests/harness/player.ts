/**
 * Plays a transcript on a stage, in one of three ways: line by line, an octet at a
 * time, or with everything sent ahead that needs no answer first (RFC 2920).
 *
 * Between two sends the server must have said exactly what the script has; its
 * lines must end in CRLF, and hold neither CR nor LF. Where it is the client that is
 * tested, "pipelined" sends together what follows each other: a server may not answer
 * ahead.
 *
 * @module
 */

import { concatBytes, latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import { Captures, Mismatch } from "./captures.ts";
import { dotStuffed, unescapeOctets } from "./octets.ts";
import type { Peer, Stage } from "./stage.ts";
import type { ScriptStep, Transcript } from "./transcript.ts";

export type Mode = "line by line" | "octet by octet" | "pipelined";

export const MODES: readonly Mode[] = [
  "line by line",
  "octet by octet",
  "pipelined",
];

type Send = Extract<ScriptStep, { kind: "send" }>;
type Hear = Extract<ScriptStep, { kind: "hear" }>;

export interface PlayOptions {
  readonly mode: Mode;
  /** Reads a file of tests/fixtures. */
  readonly fixture: (name: string) => Promise<Uint8Array>;
}

/** Plays `transcript`; rejects at the first difference, with its line and what was said before. */
export async function play(
  transcript: Transcript,
  stage: Stage,
  options: PlayOptions,
): Promise<void> {
  const performance = new Performance(transcript, stage, options);
  await performance.run();
}

class Performance {
  #peers = new Map<number, Peer>();
  #captures = new Captures();
  #said: string[] = [];

  constructor(
    readonly transcript: Transcript,
    readonly stage: Stage,
    readonly options: PlayOptions,
  ) {}

  async run(): Promise<void> {
    const { steps } = this.transcript;
    let at = 0;
    while (at < steps.length) {
      const step = steps[at]!;
      try {
        at = await this.#step(at);
      } catch (error) {
        if (!(error instanceof Mismatch)) throw error;
        throw this.#failure(step, error);
      }
    }
    for (const [client] of this.#peers) await this.#expectSilence(client);
  }

  /** Plays the step at `at`, and with a pipelined run those after it; returns where to go on. */
  async #step(at: number): Promise<number> {
    const step = this.transcript.steps[at]!;
    switch (step.kind) {
      case "given":
        await this.#given(step.words);
        return at + 1;
      case "send":
        return await this.#send(step, at);
      case "hear":
        return await this.#hear(step, at);
      case "tls":
        // A client speaks first as soon as it is protected.
        if (this.transcript.sender === "C") {
          await this.#expectSilence(step.client);
        }
        if (!await (await this.#peer(step.client)).startTls()) {
          throw new Mismatch("the server to begin TLS", "it did not");
        }
        return at + 1;
      case "close":
        await this.#expectSilence(step.client);
        if (!await (await this.#peer(step.client)).isClosed()) {
          throw new Mismatch("the server to close", "it did not");
        }
        return at + 1;
      case "eof":
        await (await this.#peer(step.client)).end();
        return at + 1;
      case "wait":
        for (const [client] of this.#peers) await this.#expectSilence(client);
        await this.stage.wait(step.milliseconds);
        return at + 1;
      case "stop":
        await this.stage.stop();
        return at + 1;
      case "expect":
        await this.stage.expect(
          step.words.map((word) => this.#captures.fill(word)),
          (actual) => this.#captures.matchBlock(step.block, actual),
          step.block,
        );
        return at + 1;
    }
  }

  async #given(words: readonly string[]): Promise<void> {
    if (words[0] === "protocol" || words[0] === "lockstep") return;
    await this.stage.given(words);
  }

  async #peer(client: number): Promise<Peer> {
    let peer = this.#peers.get(client);
    if (!peer) {
      peer = await this.stage.connect(client);
      this.#peers.set(client, peer);
    }
    return peer;
  }

  // ── sending ──────────────────────────────────────────────────────────

  async #send(step: Send, at: number): Promise<number> {
    const peer = await this.#peer(step.client);
    if (this.options.mode === "pipelined") return await this.#run(at, peer);
    await this.#expectSilence(step.client);
    const bytes = await this.#bytesOf(step);
    if (this.options.mode === "octet by octet") {
      for (const octet of bytes) await peer.send(Uint8Array.of(octet));
    } else {
      await peer.send(bytes);
    }
    return at + 1;
  }

  /** Sends all that can be sent ahead, then hears all that was to be heard in between. */
  async #run(at: number, peer: Peer): Promise<number> {
    const { steps } = this.transcript;
    const { client } = steps[at] as Send;
    await this.#expectSilence(client);
    const chunks: Uint8Array[] = [];
    let end = at;
    for (; end < steps.length; end++) {
      const step = steps[end]!;
      if (step.kind !== "send" && step.kind !== "hear") break;
      if (step.client !== client) break;
      if (step.kind === "hear") {
        if (this.transcript.sender === "S") break;
        continue;
      }
      // What waits for a name goes out in the next run, as its first.
      if (end > at && !this.#captures.canFill(step.text)) break;
      chunks.push(await this.#bytesOf(step));
    }
    await peer.send(concatBytes(chunks));
    let next = at;
    while (next < end) {
      const step = steps[next]!;
      if (step.kind !== "hear") next++;
      else next = await this.#hearAt(step, next);
    }
    return next;
  }

  async #hearAt(step: Hear, at: number): Promise<number> {
    try {
      return await this.#hear(step, at);
    } catch (error) {
      throw error instanceof Mismatch ? error.at(step.line) : error;
    }
  }

  async #bytesOf(step: Send): Promise<Uint8Array> {
    const filled = this.#captures.fill(step.text);
    const text = this.stage.asServed?.(filled) ?? filled;
    this.#said.push(
      `${this.transcript.sender}${step.client}${step.how} ${text}`,
    );
    if (step.how === "+") return unescapeOctets(text);
    if (step.how === "<") return dotStuffed(await this.options.fixture(text));
    return utf8Encode(`${text}\r\n`);
  }

  // ── hearing ──────────────────────────────────────────────────────────

  async #hear(step: Hear, at: number): Promise<number> {
    if (step.how === "*" || step.how === "!") return await this.#reply(at);
    if (step.how === "+") return await this.#octets(step, at);
    const said = await this.#line(step.client);
    const line = said && this.stage.asScripted?.(step.text, said) || said;
    this.#captures.match(
      step.how === "~" ? "pattern" : "exact",
      step.text,
      line,
    );
    return at + 1;
  }

  async #octets(step: Hear, at: number): Promise<number> {
    const expected = latin1Decode(unescapeOctets(step.text));
    const peer = await this.#peer(step.client);
    const actual = await peer.hearOctets?.(expected.length);
    if (actual !== expected) {
      throw new Mismatch(JSON.stringify(expected), JSON.stringify(actual));
    }
    this.#said.push(`C${step.client}+ ${step.text}`);
    return at + 1;
  }

  /** A whole reply, and all S* and S! lines that speak of it. */
  async #reply(at: number): Promise<number> {
    const { steps } = this.transcript;
    const { client } = steps[at] as Hear;
    const lines: string[] = [];
    do {
      const line = await this.#line(client);
      if (line === undefined) {
        throw new Mismatch("a whole reply", lines.join("\n"));
      }
      lines.push(line);
    } while (!this.stage.isWholeReply(lines));
    let next = at;
    for (; next < steps.length; next++) {
      const step = steps[next]!;
      if (step.kind !== "hear" || step.client !== client) break;
      if (step.how !== "*" && step.how !== "!") break;
      this.#captures.matchAmong(step.how, step.text, lines, step.line);
    }
    return next;
  }

  async #line(client: number): Promise<string | undefined> {
    const line = await (await this.#peer(client)).hear();
    if (line === undefined) return undefined;
    const who = this.transcript.sender === "S" ? "C" : "S";
    this.#said.push(`${who}${client}: ${line}`);
    if (/[\r\n]/.test(line)) throw new Mismatch("lines that end in CRLF", line);
    return line;
  }

  async #expectSilence(client: number): Promise<void> {
    const peer = await this.#peer(client);
    // A greeting that the script leaves out is not silence: connecting is a step, too.
    const line = await peer.surplus();
    if (line !== undefined) throw new Mismatch("nothing more", line);
  }

  #failure(step: ScriptStep, error: Mismatch): Error {
    const where = `${this.transcript.path}:${error.line ?? step.line}`;
    const before = this.#said.slice(-12).map((line) => `    ${line}`);
    return new Error(
      [
        `${where} (${this.options.mode}): ${error.message}`,
        "  after",
        ...before,
      ].join("\n"),
    );
  }
}
