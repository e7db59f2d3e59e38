/** Programs that run beside denomaild or measure it, and what is needed of the system. */

/** Programs, where Debian puts them, and in which package. */
const PROGRAMS = {
  postfix: ["/usr/sbin/postfix", "postfix"],
  "smtp-source": ["/usr/sbin/smtp-source", "postfix"],
  "smtp-sink": ["/usr/sbin/smtp-sink", "postfix"],
  dovecot: [
    "/usr/sbin/dovecot",
    "dovecot-pop3d, dovecot-imapd and dovecot-lmtpd",
  ],
  curl: ["/usr/bin/curl", "curl"],
  openssl: ["/usr/bin/openssl", "openssl"],
  sysctl: ["/usr/sbin/sysctl", "procps"],
  cat: ["/usr/bin/cat", "coreutils"],
} as const;
export type Program = keyof typeof PROGRAMS;

/** Throws, with the Debian packages to install, unless all `needed` programs are there. */
export async function requirePrograms(
  ...needed: readonly Program[]
): Promise<void> {
  const missing = new Set<string>();
  for (const program of needed) {
    const [path, debian] = PROGRAMS[program];
    await Deno.lstat(path).catch(() => missing.add(debian));
  }
  if (missing.size > 0) {
    throw new Error(
      `Cannot compare: install the Debian packages ${[...missing].join(", ")}`,
    );
  }
}

/** Where a program stands. */
export function programPath(program: Program): string {
  return PROGRAMS[program][0];
}

/** Runs a program to its end; its output, or an error with all that it said. */
export async function run(
  program: Program,
  ...args: readonly string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(
    PROGRAMS[program][0],
    { args: [...args], stdin: "null" },
  ).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (success) return text;
  throw new Error(
    `${program} ${args.join(" ")} failed:\n${text}${decoder.decode(stderr)}`,
  );
}

/** Starts a program that runs until it is told to stop. */
export function start(
  program: Program,
  ...args: readonly string[]
): Deno.ChildProcess {
  return new Deno.Command(PROGRAMS[program][0], {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** A port of 127.0.0.1 that is free now. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Waits until a port answers; `patience` in milliseconds. */
export async function waitForPort(
  port: number,
  patience = 10_000,
): Promise<void> {
  const until = performance.now() + patience;
  while (true) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await pause(10);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Processes that a process has started, and those that they have. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const text = await run("cat", `/proc/${pid}/task/${pid}/children`)
    .catch(() => "");
  const children = text.trim().split(" ").filter((one) => one).map(Number);
  const others = await Promise.all(children.map(descendantsOf));
  return [...children, ...others.flat()];
}

/** Memory of processes in kilobytes; what they share is counted once. */
export async function sharedMemoryOf(pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    // One that has ended meanwhile has none.
    const text = await run("cat", `/proc/${pid}/smaps_rollup`).catch(() => "");
    sum += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  }
  return sum;
}

/** Resolves when a process does nothing any more: no more than `least` ms of work in a second. */
export async function waitUntilIdle(pid: number, least = 50): Promise<void> {
  let before = -Infinity;
  for (let quiet = 0; quiet < 3;) {
    const stat = await run("cat", `/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // In hundredths of a second.
    const now = (Number(fields[11]) + Number(fields[12])) * 10;
    quiet = now - before <= least ? quiet + 1 : 0;
    before = now;
    await pause(1000);
  }
}

/** Memory of a process in kilobytes, from /proc (read by cat: Deno gives it to nobody). */
export async function memoryOf(pid: number): Promise<number> {
  const status = await run("cat", `/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]);
}

/** The number of files in a folder; 0 without it. */
export function countFiles(folder: string): number {
  let count = 0;
  try {
    for (const { isFile } of Deno.readDirSync(folder)) if (isFile) count++;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return count;
}

/** Resolves when `folder` holds `count` files; milliseconds that it took. */
export async function waitForFiles(
  folder: string,
  count: number,
  since: number,
  patience = 120_000,
): Promise<number> {
  while (countFiles(folder) < count) {
    if (performance.now() - since > patience) {
      throw new Error(
        `"${folder}" holds ${countFiles(folder)} of ${count} files`,
      );
    }
    await pause(100);
  }
  return performance.now() - since;
}
