/** A story's chapters in sentences. */

import type { Chapter } from "../story/mod.ts";
import { secondText } from "./queue_text.ts";

type Fields = Chapter["fields"];

/** "2026-11-26 10:20:30  delivered to <bob@example.org> by mx…: 250 2.0.0 OK". */
export function chapterLine({ time, event, fields }: Chapter): string {
  const sentence = Object.hasOwn(SENTENCES, event)
    ? SENTENCES[event]!(fields)
    : [event, ...Object.entries(fields).map(pair)].join(" ");
  return `${secondText(time)}  ${sentence}`;
}

/** What is said of events; any other is told as it stands in the log. */
const SENTENCES: Readonly<Record<string, (fields: Fields) => string>> = {
  "smtp.accepted": ({ from, to, size, session, message_id }) =>
    `accepted from <${from}> for ${[to].flat().map(angle).join(", ")}: ` +
    `${size} octets, ${
      message_id ?? "without a Message-ID"
    }, connection ${session}`,
  delivered: ({ to, peer, reply, tls }) =>
    `delivered to ${goal(to)}${by(peer, tls)}${words(reply)}`,
  delivery_deferred: ({ to, peer, reply, tls, next }) =>
    `not delivered yet to ${goal(to)}${by(peer, tls)}${words(reply)}` +
    (next === undefined ? "" : `; next attempt ${String(next).slice(0, 19)}`),
  delivery_refused: ({ to, peer, reply, tls }) =>
    `given up for ${goal(to)}${by(peer, tls)}${words(reply)}`,
  report_sent: ({ about, report }) =>
    `its sender was told of the ${about} by message ${report}`,
  report_written: ({ about, of, to }) =>
    `written here to tell ${goals(to)} of the ${about} of message ${of}`,
  bounce_undeliverable: ({ to }) =>
    `nobody is told that it did not reach ${goals(to)}: it has no sender`,
  queue_retry: ({ to }) => `to be tried again at once, as asked: ${goals(to)}`,
  queue_hold: ({ to }) => `held by the operator: ${goals(to)}`,
  queue_release: ({ to }) => `let go on by the operator: ${goals(to)}`,
  queue_delete: ({ to }) => `removed by the operator: ${goals(to)}`,
};

function angle(address: unknown): string {
  return `<${address}>`;
}

/** "mailbox:bob@example.test" is where it goes here. */
function goal(to: unknown): string {
  const text = String(to);
  const address = angle(text.replace(/^(?:mailbox|remote):/, ""));
  return text.startsWith("mailbox:") ? `the mailbox of ${address}` : address;
}

function goals(to: unknown): string {
  return [to].flat().map(goal).join(", ");
}

function by(peer: unknown, tls: unknown): string {
  if (peer === undefined) return "";
  return ` by ${peer}${tls === undefined ? "" : ` under ${tls}`}`;
}

function words(reply: unknown): string {
  return reply === undefined ? "" : `: ${reply}`;
}

function pair([key, value]: [string, unknown]): string {
  return `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`;
}
