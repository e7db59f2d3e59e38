/** A client that says EHLO, and perhaps STARTTLS and EHLO again, over node:net and node:tls. */

import { connect as connectTcp, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";

const EHLO = "EHLO client.example.org\r\n";

/** Resolves when the server has answered EHLO, in the clear. */
export async function sayHello(port: number, from: string): Promise<Socket> {
  const socket = connectTcp({ host: "127.0.0.1", port, localAddress: from });
  await reply(socket);
  socket.write(EHLO);
  await reply(socket);
  return socket;
}

/** Resolves when the server has answered the EHLO under TLS. */
export async function startTls(
  port: number,
  ca: string,
  from = "127.0.0.1",
): Promise<TLSSocket> {
  const socket = await sayHello(port, from);
  socket.write("STARTTLS\r\n");
  await reply(socket);
  const secure = connect({ socket, ca, servername: "localhost" });
  await new Promise<void>((resolve, reject) => {
    secure.once("secureConnect", resolve);
    secure.once("error", reject);
  });
  secure.write(EHLO);
  await reply(secure);
  return secure;
}

/** Reads one whole reply; throws unless it is a positive one. */
function reply(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const settle = (error?: Error) => {
      socket.off("data", take).off("error", settle).off("close", closed);
      if (error) reject(error);
      else resolve();
    };
    const closed = () => settle(new Error(`The server closed after "${text}"`));
    const take = (chunk: Uint8Array) => {
      text += new TextDecoder().decode(chunk);
      if (!/^\d{3}(?: .*)?\r\n$/m.test(text)) return;
      settle(/^2/.test(text) ? undefined : new Error(text));
    };
    socket.on("data", take).on("error", settle).on("close", closed);
  });
}
