/**
 * Transcripts: dialogues in the RFCs' own notation, read into steps.
 *
 * ```text
 * # RFC 5321 §4.1.4: the claim; it is the test's name and may go on over lines.
 * given user alice@example.test secret
 *
 * S: 220 mx.example.test ESMTP        the server says exactly this line
 * C: EHLO client.example.org          the client says this line
 * S* 250 SIZE 52428800                a line somewhere in the server's next reply
 * S! STARTTLS                         no line of that reply matches this expression
 * S~ 250 2\.0\.0 Queued as (?<id>.+)  a line that matches this expression entirely
 * C+ Subject: x\r\n\x00\*300(a)       raw octets: \r \n \t \\ \xNN, and repetition
 * C< mime/nested.eml                  a file of tests/fixtures, dot-stuffed, with the final dot
 * C2: QUIT                            a second client; S2: for what it hears
 * tls [2]      the server now upgrades the connection to TLS
 * close [2]    the server now closes the connection
 * eof [2]      the client sends no more
 * wait 301s    time passes (ms, s, m, h)
 * stop         the server is told to stop
 * expect spool empty       what the stage looks at afterwards …
 * expect message 1         … with the lines that it must find:
 * | Subject: x             this line and CRLF
 * |~ Date: .*              a line that matches
 * | no CRLF here \         an unfinished last line
 * ```
 *
 * In the folder smtp_client the client is what is tested: what S says is sent to it,
 * what C says is expected of it, and there
 *
 * C+ Subject: x\r\n          is raw octets that the client sends
 *
 * `{name}` in S captures a word, and stands for it everywhere later. Consecutive
 * S* and S! lines speak of one reply. `given lockstep` keeps a script from being
 * pipelined, where the protocol forbids it.
 *
 * @module
 */

export interface Transcript {
  /** Relative to tests/transcripts. */
  readonly path: string;
  readonly claim: string;
  /** The folder, or what `given protocol` says. */
  readonly protocol: string;
  readonly lockstep: boolean;
  /** Whose lines the player sends; those of the other are heard. */
  readonly sender: "C" | "S";
  readonly steps: readonly ScriptStep[];
}

export type ScriptStep =
  & { readonly line: number }
  & (
    | { readonly kind: "given"; readonly words: readonly string[] }
    | {
      readonly kind: "send";
      readonly client: number;
      readonly how: ":" | "+" | "<";
      readonly text: string;
    }
    | {
      readonly kind: "hear";
      readonly client: number;
      readonly how: ":" | "~" | "*" | "!" | "+";
      readonly text: string;
    }
    | { readonly kind: "tls" | "close" | "eof"; readonly client: number }
    | { readonly kind: "wait"; readonly milliseconds: number }
    | { readonly kind: "stop" }
    | {
      readonly kind: "expect";
      readonly words: readonly string[];
      readonly block: readonly BlockLine[];
    }
  );

/** One line that an `expect` must find. */
export interface BlockLine {
  readonly how: "exact" | "pattern";
  readonly text: string;
}

const SAY = /^([CS])(\d*)([:+<~*!])(?: (.*))?$/;
const EVENT = /^(tls|close|eof)(?: (\d+))?$/;
const WAIT = /^wait (\d+)(ms|s|m|h)$/;
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads a script; throws with its line number when it is none. */
export function parseTranscript(path: string, text: string): Transcript {
  const steps: ScriptStep[] = [];
  const claim: string[] = [];
  let blocks: BlockLine[] = [];
  const sender = path.split("/")[0] === "smtp_client" ? "S" : "C";
  for (const [i, raw] of text.split("\n").entries()) {
    const line = i + 1;
    if (raw.startsWith("#")) {
      if (steps.length === 0) claim.push(raw.slice(1).trim());
      continue;
    }
    if (raw.trim() === "") continue;
    if (raw.startsWith("|")) {
      blocks.push(blockLine(raw));
      continue;
    }
    blocks = [];
    const step = parseStep(raw, line, blocks, sender);
    if (!step) throw new Error(`${path}:${line}: Cannot read "${raw}"`);
    steps.push(step);
  }
  if (claim.length === 0) throw new Error(`${path}: The script claims nothing`);
  const given = (word: string) =>
    steps.find((step) => step.kind === "given" && step.words[0] === word);
  const protocol = given("protocol") as { words: string[] } | undefined;
  return {
    path,
    claim: claim.join(" "),
    protocol: protocol?.words[1] ?? path.split("/")[0]!,
    lockstep: given("lockstep") !== undefined,
    sender,
    steps,
  };
}

/**
 * True when the script can be played over real sockets, too: it needs no clock of
 * its own, does not stop the server, and looks at nothing but the dialogue.
 */
export function isSocketable(transcript: Transcript): boolean {
  return transcript.steps.every((step) =>
    step.kind !== "wait" && step.kind !== "stop" && step.kind !== "expect"
  );
}

function parseStep(
  raw: string,
  line: number,
  block: BlockLine[],
  sender: Transcript["sender"],
): ScriptStep | undefined {
  const said = SAY.exec(raw);
  if (said) return parseSaid(said, line, sender);
  const event = EVENT.exec(raw);
  if (event) {
    const kind = event[1] as "tls" | "close" | "eof";
    return { kind, client: Number(event[2] ?? 1), line };
  }
  const wait = WAIT.exec(raw);
  if (wait) {
    const unit = UNITS[wait[2] as keyof typeof UNITS];
    return { kind: "wait", milliseconds: Number(wait[1]) * unit, line };
  }
  if (raw === "stop") return { kind: "stop", line };
  const [word, ...words] = raw.split(" ");
  if (word === "given") return { kind: "given", words, line };
  if (word === "expect") return { kind: "expect", words, block, line };
  return undefined;
}

function parseSaid(
  said: RegExpExecArray,
  line: number,
  sender: Transcript["sender"],
): ScriptStep | undefined {
  const [, who, number, how, text = ""] = said;
  const client = Number(number || 1);
  if (who === sender) {
    if (how !== ":" && how !== "+" && how !== "<") return undefined;
    return { kind: "send", client, how, text, line };
  }
  if (how === "<" || how === "+" && sender === "C") return undefined;
  return { kind: "hear", client, how: how as ":", text, line };
}

function blockLine(raw: string): BlockLine {
  if (raw.startsWith("|~")) {
    return { how: "pattern", text: raw.slice(2).trimStart() };
  }
  return { how: "exact", text: raw.slice(raw[1] === " " ? 2 : 1) };
}
