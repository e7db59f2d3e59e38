/** A private Postfix with one listener on loopback, which delivers to one Maildir. */

import { writePostfix } from "../tests/harness/postfix.ts";
import { freePort, requirePrograms, run, waitForPort } from "./programs.ts";

export interface Postfix {
  readonly port: number;
  /** Where messages to alice@example.test arrive. */
  readonly inbox: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts Postfix below `folder`, which must be reachable for everybody.
 *
 * @param relayPort Where on loopback all mail goes that is not for example.test.
 */
export async function startPostfix(
  folder: string,
  relayPort?: number,
): Promise<Postfix> {
  await requirePrograms("postfix", "smtp-source");
  if (Deno.uid() !== 0) throw new Error("Cannot start Postfix: it needs root");
  const port = freePort();
  const conf = await writePostfix(folder, settings(relayPort), [
    `127.0.0.1:${port} inet n - n - - smtpd`,
  ]);
  await run("postfix", "-c", conf, "start");
  await waitForPort(port);
  return {
    port,
    inbox: `${folder}/mail/alice/new`,
    stop: async () => {
      await run("postfix", "-c", conf, "stop");
    },
  };
}

function settings(relayPort: number | undefined): string[] {
  return [
    "myhostname = mx.example.org",
    "virtual_mailbox_domains = example.test",
    "virtual_mailbox_maps = static:alice/",
    "smtpd_client_connection_rate_limit = 0",
    ...(relayPort === undefined
      ? []
      : [`relayhost = [127.0.0.1]:${relayPort}`]),
  ];
}
