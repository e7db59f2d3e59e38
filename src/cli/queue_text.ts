/** What waits, in lines for people. */

import type { WaitingDestination, WaitingMessage } from "../deliver/mod.ts";
import type { Reply } from "../mail/mod.ts";

/** One line for the message, one for each of its destinations. */
export function waitingLines(message: WaitingMessage): string[] {
  const { id, envelope, size, destinations } = message;
  const from = `<${envelope.from}>`;
  return [
    `${id}  ${secondText(envelope.received)}  ${size} octets  from ${from}`,
    ...destinations.map(destinationLine),
  ];
}

/** "  to <bob@example.org>: waiting, tried 3 times, next 2026-11-26 10:00:00: 451 4.7.1 … (mx…)". */
export function destinationLine(destination: WaitingDestination): string {
  const { state, attempts, next, reply, peer } = destination;
  const parts: string[] = [state];
  if (attempts > 0) parts.push(`tried ${times(attempts)}`);
  if (state === "waiting" && next !== undefined) {
    parts.push(`next ${secondText(next)}`);
  }
  const said = reply === undefined ? "" : `: ${replyText(reply)}`;
  const who = peer === undefined ? "" : ` (${peer})`;
  return `  to ${goalText(destination)}: ${parts.join(", ")}${said}${who}`;
}

/** Whom it was sent to, and where that leads when it leads elsewhere. */
function goalText({ key, recipients }: WaitingDestination): string {
  const target = key.slice(key.indexOf(":") + 1);
  const given = recipients.filter((one) => one !== target);
  return given.length === 0
    ? `<${target}>`
    : `<${target}> (for ${given.join(", ")})`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

export function replyText({ code, enhanced, lines }: Reply): string {
  return [code, enhanced, ...lines].filter((part) => part !== undefined)
    .join(" ");
}

/** A time in UTC, to the second. */
export function secondText(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}
