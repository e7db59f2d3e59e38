/** Postfix's smtp-sink: a peer that takes every message, throws it away, and counts. */

import { freePort, programPath, waitForPort } from "./programs.ts";

export interface SmtpSink {
  readonly port: number;
  /** Messages that it has taken so far. */
  readonly taken: () => number;
  /** Resolves with the time (`performance.now`) at which message `count` was taken. */
  readonly reaches: (count: number, patience?: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Starts a sink on loopback without TLS; with `-c` it prints a line after each message. */
export async function startSmtpSink(): Promise<SmtpSink> {
  const port = freePort();
  const user = Deno.uid() === 0 ? ["-u", "nobody"] : [];
  const child = new Deno.Command(programPath("smtp-sink"), {
    args: ["-c", ...user, `127.0.0.1:${port}`, "1024"],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let taken = 0;
  let at = performance.now();
  let look = () => {};
  const reading = (async () => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of child.stdout) {
      text = (text + decoder.decode(chunk, { stream: true })).slice(-256);
      const counted = [...text.matchAll(/mesg=(\d+)\r/g)].at(-1);
      if (counted) taken = Number(counted[1]);
      at = performance.now();
      look();
    }
  })();
  await waitForPort(port);
  return {
    port,
    taken: () => taken,
    reaches: (count, patience = 180_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`The sink took ${taken} of ${count} messages`));
        }, patience);
        look = () => {
          if (taken < count) return;
          clearTimeout(timer);
          look = () => {};
          resolve(at);
        };
        look();
      }),
    stop: async () => {
      child.kill("SIGTERM");
      await child.status;
      await reading;
    },
  };
}
