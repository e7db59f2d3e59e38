/**
 * Replies of our own, in the place of a peer's: named by what they mean.
 *
 * @module
 */

import { type Reply, reply } from "../mail/mod.ts";

export const lost = reply(421, "4.4.2", "Connection lost");
export const lostAfterMessage = reply(
  421,
  "4.4.2",
  "Connection lost after the message was sent: it may have arrived",
);
export const timedOut = reply(
  421,
  "4.4.2",
  "The server did not answer in time",
);
export const timedOutAfterMessage = reply(
  421,
  "4.4.2",
  "The server did not answer in time after the message was sent: it may have arrived",
);
export const garbled = reply(451, "4.5.0", "The server's answer is not SMTP");
export const surplus = (code: number): Reply =>
  reply(451, "4.5.0", `The server said ${code} and was not asked`);
export const unexpected = (verb: string, code: number): Reply =>
  reply(451, "4.5.0", `The server answered ${verb} with ${code}`);

export const tlsNotOffered = reply(
  454,
  "4.7.0",
  "TLS is required, and the server does not offer it",
);
export const handshakeFailed = (why: string): Reply =>
  reply(454, "4.7.5", `TLS handshake failed: ${why}`);

export const authNotOffered = reply(
  454,
  "4.7.0",
  "The server does not offer AUTH",
);
export const noMechanism = reply(
  454,
  "4.7.0",
  "The server offers no mechanism that may be used here",
);
export const peerUnproven = reply(
  454,
  "4.7.0",
  "The server did not prove that it knows the password",
);

export const localTrouble = reply(451, "4.3.0", "Local error");
export const untried = reply(451, "4.4.2", "The connection takes no more");

export const tooBig = (limit: number): Reply =>
  reply(552, "5.3.4", `The server takes messages up to ${limit} octets`);
export const noEightBit = reply(
  554,
  "5.6.3",
  "The server does not take 8-bit content",
);
export const noBinary = reply(
  554,
  "5.6.1",
  "The server does not take binary content",
);
export const bareLineEnds = reply(
  554,
  "5.6.0",
  "The message has line ends that only BINARYMIME may carry",
);
export const noUtf8 = reply(
  553,
  "5.6.7",
  "The server does not take internationalised mail",
);
export const badSender = reply(
  553,
  "5.1.7",
  "The sender's address is not valid",
);
export const badRecipient = reply(
  553,
  "5.1.3",
  "The recipient's address is not valid",
);
export const noRequireTls = reply(
  550,
  "5.7.30",
  "REQUIRETLS is demanded, and the server does not support it",
);
/** RFC 8689 §4.2.1: such mail is returned, and does not wait for a better connection. */
export const unverifiedTls = reply(
  550,
  "5.7.10",
  "REQUIRETLS is demanded, and the connection is not protected by verified TLS",
);
export const expired = reply(550, "5.4.7", "The time for delivery is over");
export const noDeliverBy = reply(
  550,
  "5.3.3",
  "The server cannot promise the time for delivery that is demanded",
);
