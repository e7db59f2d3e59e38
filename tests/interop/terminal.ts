/** A program in a terminal of its own (tmux), with somebody who types and reads. */

import { mustRun } from "./programs.ts";

/** Milliseconds until something has to be on the screen. */
const PATIENCE = 20_000;

export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Starts a shell command; `folder` holds the terminal's socket. */
  static async open(
    folder: string,
    command: string,
    env: Record<string, string>,
  ): Promise<Terminal> {
    const terminal = new Terminal(`${folder}/terminal`);
    const size = ["-x", "120", "-y", "40"];
    await mustRun("tmux", [
      ...["-f", "/dev/null", "-S", `${folder}/terminal`],
      ...["new-session", "-d", ...size, command],
    ], { env: { TERM: "xterm", ...env } });
    return terminal;
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await mustRun("tmux", ["-S", this.#socket, ...args]);
    return new TextDecoder().decode(stdout);
  }

  /** Types keys by tmux's names ("Enter", "C-u"), or text letter by letter. */
  async keys(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  async screen(): Promise<string> {
    return await this.#tmux("capture-pane", "-p");
  }

  /** Waits until `what` is on the screen. @throws {Error} With the screen, in the end. */
  async shows(what: RegExp): Promise<string> {
    const until = performance.now() + PATIENCE;
    while (true) {
      const screen = await this.screen();
      if (what.test(screen)) return screen;
      if (performance.now() > until) {
        throw new Error(`${what} is not on the screen:\n${screen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends this terminal and the program in it. */
  async close(): Promise<void> {
    await this.#tmux("kill-server");
  }
}
