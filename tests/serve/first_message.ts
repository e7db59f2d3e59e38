/** Reads what was delivered; a 250 comes from the spool, the mailbox follows a moment later. */

import { loginPop3, readMaildrop } from "../harness/line_client.ts";

/** Milliseconds until a delivery counts as lost. */
const PATIENCE = 20_000;

/** The first message of a maildrop, as soon as there is one. */
export async function firstMessage(
  port: number,
  login: string,
  password: string,
): Promise<string> {
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    const client = await loginPop3(port, login, password);
    const [message] = (await readMaildrop(client)).values();
    await client.send("QUIT\r\n");
    await client.line();
    client.close();
    if (message !== undefined) return message;
  }
  throw new Error(`Nothing was delivered to "${login}"`);
}
