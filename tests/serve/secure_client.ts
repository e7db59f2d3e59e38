/** Connections under TLS that trust one certificate and ask for one name. */

import { LineClient } from "../harness/line_client.ts";

/** The client side of a handshake on `client`; rejects when another certificate is served. */
export async function secure(
  client: LineClient,
  hostname: string,
  ca: string,
): Promise<LineClient> {
  const conn = await Deno.startTls(client.conn as Deno.TcpConn, {
    hostname,
    caCerts: [ca],
  });
  try {
    await conn.handshake();
    return new LineClient(conn);
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** Connects to a port that begins with TLS. */
export async function connectSecure(
  port: number,
  hostname: string,
  ca: string,
): Promise<LineClient> {
  return await secure(await LineClient.connect(port), hostname, ca);
}

/** Connects, says EHLO and STARTTLS; what comes next is under TLS. */
export async function startTls(
  port: number,
  hostname: string,
  ca: string,
): Promise<LineClient> {
  const client = await LineClient.connect(port);
  await client.reply();
  await client.say("EHLO client.example.org");
  const answer = await client.say("STARTTLS");
  if (!answer.startsWith("220")) {
    client.close();
    throw new Error(answer);
  }
  return await secure(client, hostname, ca);
}
