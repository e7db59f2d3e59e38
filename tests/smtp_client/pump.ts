/** Connects our client to our server in memory. */

import type { SmtpClientStage } from "../harness/smtp_client_stage.ts";
import type { SmtpStage } from "../harness/smtp_stage.ts";
import type { VirtualPeer } from "../harness/virtual_stage.ts";

/** What happens to octets on their way. */
export interface Pipe {
  toClient?(text: string): string;
}

/** Lets both talk until neither has anything to say; what each of them said. */
export async function pump(
  client: SmtpClientStage,
  server: SmtpStage,
  pipe: Pipe = {},
): Promise<{ client: string; server: string }> {
  const there = await server.connect(1) as VirtualPeer;
  const here = await client.connect(1) as VirtualPeer;
  const said = { client: "", server: "" };
  while (true) {
    const fromServer = await there.hearOctets(Infinity);
    said.server += fromServer;
    // Both sides of a handshake are done as soon as they begin.
    await there.startTls();
    await send(here, pipe.toClient?.(fromServer) ?? fromServer);
    const fromClient = await here.hearOctets(Infinity);
    said.client += fromClient;
    await here.startTls();
    await send(there, fromClient);
    if (fromServer === "" && fromClient === "") return said;
  }
}

async function send(peer: VirtualPeer, text: string): Promise<void> {
  await peer.send(Uint8Array.from(text, (octet) => octet.charCodeAt(0)));
}
