/** Runs other people's mail programs. */

/** Programs and the Debian packages that hold them. */
const PACKAGES: Readonly<Record<string, string>> = {
  swaks: "swaks (with libnet-ssleay-perl and libauthen-sasl-perl)",
  msmtp: "msmtp",
  mpop: "mpop",
  curl: "curl",
  fetchmail: "fetchmail",
  python3: "python3",
  "ldns-keygen": "ldnsutils",
  "ldns-signzone": "ldnsutils",
  "/usr/sbin/nsd": "nsd",
  "/usr/sbin/unbound": "unbound",
  "/usr/sbin/postfix": "postfix",
  "/usr/sbin/dovecot": "dovecot-lmtpd",
  getmail: "getmail6",
  mbsync: "isync",
  offlineimap: "offlineimap3",
  mutt: "mutt",
  tmux: "tmux",
  dovecot: "dovecot-imapd",
};

export interface Outcome {
  readonly code: number;
  readonly stdout: Uint8Array;
  /** Both outputs as text, for messages about failures. */
  readonly text: string;
}

export interface RunOptions {
  readonly stdin?: Uint8Array | string;
  readonly env?: Record<string, string>;
  /** The folder that it runs in. */
  readonly cwd?: string;
}

/** How long a program may take, in milliseconds: a client that waits forever is a failure. */
const PATIENCE = 60_000;

/** Runs `program` to its end; a missing one is an error that names its Debian package. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const { stdin } = options;
  const child = spawnProgram(program, args, options);
  const writer = child.stdin.getWriter();
  const input = typeof stdin === "string"
    ? new TextEncoder().encode(stdin)
    : stdin ?? new Uint8Array();
  // A program may end before it has read all: its exit code tells why.
  const fed = writer.write(input).then(() => writer.close()).catch(() => {});
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  await fed;
  const decoder = new TextDecoder();
  const text = `${program} ${args.join(" ")}\nexit code ${code}\n` +
    decoder.decode(stdout.subarray(-20_000)) +
    decoder.decode(stderr.subarray(-20_000));
  return { code, stdout, text };
}

/** Starts `program`; a missing one is an error that names its Debian package. */
export function spawnProgram(
  program: string,
  args: readonly string[],
  { env, cwd }: RunOptions = {},
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args: [...args],
      ...(cwd === undefined ? {} : { cwd }),
      env: { LC_ALL: "C.UTF-8", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(
      `Cannot run "${program}": install the Debian package ${
        PACKAGES[program]
      }`,
      { cause: error },
    );
  }
}

/** A name that `--allow-run` could not find at the start is not granted, either. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotCapable;
}

/** Runs `program` and throws with all that it said unless it ends with 0. */
export async function mustRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const outcome = await runProgram(program, args, options);
  if (outcome.code !== 0) throw new Error(outcome.text);
  return outcome;
}
