/** Configuration and data folders, and `denomaild serve` on them in a process of its own. */

import { assert } from "@std/assert";
import { selfSignedCertificate } from "../../src/net/mod.ts";
import { taskFlags } from "../harness/server.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Milliseconds that anything may take on a busy machine. */
const PATIENCE = 60_000;

export type Event = Readonly<Record<string, unknown>>;

/** All listeners on free ports of loopback. */
export const LISTENERS = [
  "smtp",
  "submission",
  "submissions",
  "lmtp",
  "pop3",
  "pop3s",
  "imap",
  "imaps",
].map((kind) => ({ kind, port: 0, addresses: ["127.0.0.1"] }));

const NEED_TLS = ["submissions", "pop3s", "imaps"];

/** A server that has said that it is ready. */
export interface Served extends AsyncDisposable {
  readonly pid: number;
  readonly ports: Readonly<Record<string, number>>;
  /** All that it wrote to both outputs. */
  readonly output: () => string;
  /** Its log so far; fails for a line that is no JSON object. */
  readonly events: () => Event[];
  /** Waits for an event that is or will be logged. */
  readonly event: (
    name: string,
    fits?: (event: Event) => boolean,
  ) => Promise<Event>;
  /** SIGHUP; the event that tells what came of it. */
  readonly reload: () => Promise<Event>;
  readonly signal: (name: Deno.Signal) => void;
  /** SIGTERM, and the exit code. */
  readonly stop: () => Promise<number>;
  readonly ended: Promise<number>;
}

/** How a run ended that never became ready. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

export class ServeSite {
  private constructor(readonly folder: string) {}

  /** @param dir The folder in which the site's own is made; by default the system's for such. */
  static async make(
    configuration: Readonly<Record<string, unknown>> = {},
    dir?: string,
  ): Promise<ServeSite> {
    const site = new ServeSite(
      await Deno.makeTempDir({
        prefix: "denomaild-serve-",
        ...dir !== undefined && { dir },
      }),
    );
    await Deno.mkdir(`${site.folder}/conf`);
    await site.configure(configuration);
    return site;
  }

  get data(): string {
    return `${this.folder}/data`;
  }

  /** Writes the configuration, with every listener on a free port unless it names others. */
  async configure(
    configuration: Readonly<Record<string, unknown>>,
    name = "a.conf",
  ): Promise<void> {
    const whole = name === "a.conf"
      ? {
        domain: "example.test",
        Listeners: LISTENERS.filter(({ kind }) =>
          hasCertificate(configuration) || !NEED_TLS.includes(kind)
        ),
        ...configuration,
      }
      : configuration;
    await Deno.writeTextFile(
      `${this.folder}/conf/${name}`,
      JSON.stringify(whole, null, 2),
    );
  }

  /** Makes a certificate for `name` in `folder`; its PEM. */
  async certify(
    name: string,
    folder = `${this.folder}/conf`,
  ): Promise<string> {
    const { certificate, key } = await selfSignedCertificate(
      [name],
      Date.now(),
    );
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}.pem`, certificate);
    await Deno.writeTextFile(`${folder}/${name}.key`, key);
    return certificate;
  }

  /** Starts `serve` and waits until it is ready. */
  async serve(...more: string[]): Promise<Served> {
    const run = this.spawn(
      ...["serve", "--config", `${this.folder}/conf`, "--data", this.data],
      ...more,
    );
    const started = await run.event("started");
    const ports = Object.fromEntries(
      String(started.ports).split(" ").map((pair) => {
        const [kind, port] = pair.split(":");
        return [kind, Number(port)];
      }),
    );
    return { ...run, ports };
  }

  /** Runs the program to an end that is expected to come by itself. */
  async run(...args: string[]): Promise<Ended> {
    const run = this.spawn(...args);
    const code = await run.ended;
    return { code, output: run.output() };
  }

  /** Runs a subcommand on this site; fails unless it succeeds. */
  async command(line: string, input = ""): Promise<string> {
    const child = program([
      ...line.split(" "),
      ...["--config", `${this.folder}/conf`, "--data", this.data],
    ], "piped");
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const text = new TextDecoder();
    assert(code === 0, `${line}: ${text.decode(stderr)}`);
    return text.decode(stdout);
  }

  spawn(...args: string[]): Omit<Served, "ports"> {
    return follow(program(args, "null"));
  }

  async [Symbol.asyncDispose]() {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function hasCertificate({ TLS }: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(TLS ?? {}).some((key) =>
    key === "certificate_file" || key === "Certificates"
  );
}

function program(
  args: readonly string[],
  stdin: "null" | "piped",
) {
  return new Deno.Command(Deno.execPath(), {
    args: [...taskFlags("denomaild"), MAIN, ...args],
    env: { NO_COLOR: "1" },
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function follow(child: Deno.ChildProcess): Omit<Served, "ports"> {
  let text = "";
  let over = false;
  const collected = [child.stdout, child.stderr].map(async (stream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
    }
  });
  const ended = child.status.then(async ({ code }) => {
    await Promise.all(collected);
    over = true;
    return code;
  });
  const events = () => wholeEvents(text);
  const event: Served["event"] = async (name, fits = () => true) => {
    const until = performance.now() + PATIENCE;
    while (true) {
      const wasOver = over;
      const found = wholeEvents(text).find((one) =>
        one.event === name && fits(one)
      );
      if (found) return found;
      if (wasOver || performance.now() > until) {
        throw new Error(`The server did not log "${name}":\n${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const signal = (name: Deno.Signal) => {
    if (!over) child.kill(name);
  };
  const stop = () => {
    signal("SIGTERM");
    return ended;
  };
  return {
    pid: child.pid,
    output: () => text,
    events,
    event,
    reload: async () => {
      const seen = text.length;
      signal("SIGHUP");
      const until = performance.now() + PATIENCE;
      while (performance.now() < until && !over) {
        const found = wholeEvents(text.slice(seen)).find((one) =>
          one.event === "reloaded" || one.event === "reload_refused"
        );
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`The server did not reload:\n${text}`);
    },
    signal,
    stop,
    ended,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

/** The events of all lines that have come to their end. */
function wholeEvents(text: string): Event[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Event);
}
