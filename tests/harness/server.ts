/**
 * A real server in a process of its own, as users start it, for tests that talk to it
 * from outside.
 *
 * @module
 */

/** What `dev --ready-file` writes. */
export interface Ready {
  readonly pid: number;
  readonly host: string;
  readonly domain: string;
  readonly ports: Readonly<
    Record<
      | "smtp"
      | "submission"
      | "submissions"
      | "lmtp"
      | "pop3"
      | "pop3s"
      | "imap"
      | "imaps",
      number
    >
  >;
  readonly accounts: readonly {
    readonly address: string;
    readonly password: string;
  }[];
  readonly ca: string;
  readonly data: string;
}

export interface RunningServer {
  readonly ready: Ready;
  /** The process that a signal has to reach. */
  readonly pid: number;
  /** What it wrote to its outputs so far. */
  readonly output: () => string;
  /** SIGTERM, and the exit code. */
  readonly stop: () => Promise<number>;
  /** SIGKILL; resolves when the process has gone. */
  readonly kill: () => Promise<void>;
}

const ROOT = new URL("../../", import.meta.url).pathname;
/** Milliseconds that a start may take on a busy machine. */
const START = 60_000;

/** The flags that `deno task dev` runs under, read from deno.json so that tests run what users run. */
export function taskFlags(task: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)) as {
    tasks: Record<string, string>;
  };
  const words = tasks[task]!.split(/\s+/);
  return words.slice(1, words.indexOf("main.ts"));
}

/** Starts `denomaild dev` on free ports and waits until it is ready. */
export async function startServer(
  data: string,
  ...more: string[]
): Promise<RunningServer> {
  const readyFile = `${data}.ready.json`;
  await Deno.remove(readyFile).catch(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...taskFlags("dev"),
      `${ROOT}main.ts`,
      ...["dev", "--data", data, "--port-base", "0", "--ready-file", readyFile],
      ...more,
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const collected = [child.stdout, child.stderr].map(async (stream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text = (text + decoder.decode(chunk, { stream: true })).slice(-1_000_000);
    }
  });
  let over = false;
  const ended = child.status.then(async (status) => {
    over = true;
    await Promise.all(collected);
    return status;
  });
  const ready = await readReady(readyFile, () => over, () => text);
  return {
    ready,
    pid: child.pid,
    output: () => text,
    stop: async () => {
      if (!over) child.kill("SIGTERM");
      return (await ended).code;
    },
    kill: async () => {
      if (!over) child.kill("SIGKILL");
      await ended;
    },
  };
}

async function readReady(
  file: string,
  hasEnded: () => boolean,
  output: () => string,
): Promise<Ready> {
  const until = performance.now() + START;
  while (performance.now() < until) {
    try {
      return JSON.parse(await Deno.readTextFile(file)) as Ready;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (hasEnded()) {
      throw new Error(`The server ended before it was ready:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The server was not ready in time:\n${output()}`);
}
