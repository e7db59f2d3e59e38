/** The caller's side. */

import { LineWriter, readLines } from "./lines.ts";
import { CONTROL_FILE, ControlRefusal, type Given } from "./serve_control.ts";

/** No server runs on the data folder. */
export class NotRunning extends Error {
  override name = "NotRunning";
}

/**
 * Calls the server that runs on `folder`; its items as they come.
 *
 * @throws {NotRunning} When there is none.
 * @throws {ControlRefusal} With what the server has against it.
 */
export async function* callServer(
  folder: string,
  call: string,
  given: Given = {},
): AsyncGenerator<unknown> {
  const { conn, secret } = await connect(folder);
  try {
    const out = new LineWriter(conn);
    await out.write({ secret, call, with: given });
    await out.flush();
    for await (const line of readLines(conn)) {
      const said = Object(line) as Record<string, unknown>;
      if (said.failure !== undefined) {
        throw new ControlRefusal(String(said.failure));
      }
      if (said.end) return;
      yield said.item;
    }
    throw new ControlRefusal("The server stopped before it had answered");
  } finally {
    conn.close();
  }
}

async function connect(
  folder: string,
): Promise<{ conn: Deno.Conn; secret: string }> {
  try {
    const text = await Deno.readTextFile(`${folder}/${CONTROL_FILE}`);
    const { port, secret } = JSON.parse(text);
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return { conn, secret };
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused;
    if (!gone) throw error;
    throw new NotRunning(`No server runs on the data folder "${folder}"`);
  }
}
