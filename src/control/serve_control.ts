/** The server's side. */

import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { LineWriter, readLines } from "./lines.ts";

/** What can be asked for, by name. An item a line; what it throws as {@linkcode ControlRefusal} is told to the caller. */
export type Operations = Readonly<
  Record<string, (given: Given) => AsyncIterable<unknown>>
>;

/** The arguments of a call; whoever reads one checks it. */
export type Given = Readonly<Record<string, unknown>>;

/** The call makes no sense, or cannot be done; the caller hears why. */
export class ControlRefusal extends Error {
  override name = "ControlRefusal";
}

export interface ControlOptions {
  /** The data folder. */
  readonly folder: string;
  readonly operations: Operations;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

/** The name of the file in the data folder that tells where to call, and how. */
export const CONTROL_FILE = "control";

/** What stands in it. */
export interface ControlPlace {
  readonly port: number;
  readonly secret: string;
}

/** Milliseconds that a caller has to say what it wants. */
const PATIENCE = 5000;
/** Callers at a time. */
const MOST_CALLERS = 16;

/**
 * Listens for calls until it is closed.
 *
 * @throws {Error} When the port or the file cannot be had.
 */
export async function serveControl(
  options: ControlOptions,
): Promise<{ close: () => Promise<void> }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const { port } = listener.addr as Deno.NetAddr;
  const path = `${options.folder}/${CONTROL_FILE}`;
  try {
    await writePlace(path, { port, secret });
  } catch (error) {
    listener.close();
    throw error;
  }
  const callers = new Set<Deno.Conn>();
  void accept(listener, callers, (conn) => answer(conn, secret, options));
  return {
    close: async () => {
      listener.close();
      for (const conn of callers) close(conn);
      await Deno.remove(path).catch(() => {});
    },
  };
}

/** In one step, so that no caller reads half of it. */
async function writePlace(path: string, place: ControlPlace): Promise<void> {
  const fresh = `${path}.new`;
  await Deno.writeTextFile(fresh, `${JSON.stringify(place)}\n`, {
    mode: 0o600,
  });
  await Deno.rename(fresh, path);
}

async function accept(
  listener: Deno.Listener,
  callers: Set<Deno.Conn>,
  serve: (conn: Deno.Conn) => Promise<void>,
): Promise<void> {
  for await (const conn of listener) {
    if (callers.size >= MOST_CALLERS) {
      close(conn);
      continue;
    }
    callers.add(conn);
    void serve(conn).finally(() => {
      callers.delete(conn);
      close(conn);
    });
  }
}

async function answer(
  conn: Deno.Conn,
  secret: string,
  { operations, log }: ControlOptions,
): Promise<void> {
  const out = new LineWriter(conn);
  try {
    const { call, given } = await readCall(conn, secret);
    const operation = Object.hasOwn(operations, call)
      ? operations[call]
      : undefined;
    if (!operation) throw new ControlRefusal(`There is no call "${call}"`);
    log("control_call", { call, with: given });
    for await (const item of operation(given)) await out.write({ item });
    await out.write({ end: true });
  } catch (error) {
    if (!(error instanceof ControlRefusal)) {
      log("control_failed", { level: "warn", error });
    }
    const known = error instanceof ControlRefusal;
    const failure = known ? error.message : "It failed; the log tells why";
    await out.write({ failure }).catch(isGone);
  } finally {
    await out.flush().catch(isGone);
  }
}

/** A caller that went away needs no answer. */
function isGone(): void {}

async function readCall(
  conn: Deno.Conn,
  secret: string,
): Promise<{ call: string; given: Given }> {
  const timer = setTimeout(() => close(conn), PATIENCE);
  try {
    const { value } = await readLines(conn).next();
    const said = Object(value) as Record<string, unknown>;
    if (!isSame(String(said.secret), secret)) {
      throw new ControlRefusal("The secret is wrong");
    }
    return { call: String(said.call), given: Object(said.with) };
  } finally {
    clearTimeout(timer);
  }
}

function isSame(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  return a.length === b.length &&
    timingSafeEqual(encoder.encode(a), encoder.encode(b));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
