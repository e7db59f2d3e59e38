/** One question to the servers in their order: UDP, TCP where that is too small, and again (RFC 1035 §7.2, RFC 5452). */

import { type Exchange, exchangeDatagram } from "./datagram.ts";
import {
  formatQuery,
  isAnswerTo,
  parseResponse,
  type QueryOptions,
  type Question,
  RCODES,
  type Response,
} from "./message.ts";
import type { NameServer } from "./resolv_conf.ts";
import { exchangeStream } from "./stream.ts";

export interface AskOptions {
  readonly servers: readonly NameServer[];
  /** Asks for what DNSSEC proves. */
  readonly dnssec: boolean;
  /** Milliseconds for one server's answer in the first round; each further round waits twice as long. */
  readonly patience: number;
  readonly rounds: number;
}

/** Nobody answered the question; the message says who said what. */
export class Unanswered extends Error {}

/** An answer (also that the name is missing). Rejects with `Unanswered`. */
export async function ask(
  question: Question,
  options: AskOptions,
  closing: AbortSignal,
): Promise<Response> {
  const faults = new Map<NameServer, string>();
  // Who has answered, if with a failure, is not asked again: it would say the same.
  let silent = options.servers;
  for (let round = 0; round < options.rounds; round++) {
    const patience = options.patience * 2 ** round;
    const still: NameServer[] = [];
    for (const server of silent) {
      if (closing.aborted) throw new Unanswered("the resolver is closed");
      const said = await askServer(
        ...[server, question, options.dnssec, patience, closing] as const,
      );
      if (typeof said === "object") return said;
      faults.set(server, said);
      if (said === SILENCE) still.push(server);
    }
    silent = still;
  }
  throw new Unanswered(listFaults(faults));
}

function listFaults(faults: ReadonlyMap<NameServer, string>): string {
  if (faults.size === 0) return "there are no name servers";
  return [...faults].map(([{ address, port }, fault]) =>
    `${address} port ${port}: ${fault}`
  ).join("; ");
}

const SILENCE = "does not answer";

/** RFC 1035 §4.1.1, in words. */
const FAILURES: Readonly<Record<number, string>> = {
  [RCODES.formatError]: "does not understand the query",
  [RCODES.serverFailure]: "failed",
  [RCODES.notImplemented]: "does not know such queries",
  [RCODES.refused]: "refuses to answer",
};

/** The answer of `server`, or what is wrong with it. Never rejects. */
async function askServer(
  server: NameServer,
  question: Question,
  dnssec: boolean,
  patience: number,
  closing: AbortSignal,
): Promise<Response | string> {
  const put = (query: QueryOptions) =>
    putQuestion(server, question, query, patience, closing);
  let said = await put({ edns: true, dnssec });
  if (typeof said === "object" && isTooOldForEdns(said)) {
    said = await put({ edns: false, dnssec: false });
  }
  if (typeof said === "string") return said;
  if (said.isReferral) return "refers to other servers";
  const { rcode } = said;
  if (rcode === RCODES.noError || rcode === RCODES.nameError) return said;
  return FAILURES[rcode] ?? `failed with code ${rcode}`;
}

/** RFC 6891 §7. */
function isTooOldForEdns({ rcode }: Response): boolean {
  return rcode === RCODES.formatError || rcode === RCODES.notImplemented;
}

async function putQuestion(
  server: NameServer,
  question: Question,
  options: QueryOptions,
  patience: number,
  closing: AbortSignal,
): Promise<Response | string> {
  const deadline = openDeadline(patience, closing);
  const put = async (way: typeof exchangeDatagram) => {
    const exchange = newExchange(question, options);
    const message = await way(server, exchange, deadline.signal);
    return parseResponse(message, question.type);
  };
  try {
    let response = await put(exchangeDatagram);
    if (response?.truncated) response = await put(exchangeStream);
    return response === undefined || response.truncated
      ? "sends malformed answers"
      : response;
  } catch (error) {
    if (deadline.signal.aborted) return SILENCE;
    return error instanceof Error ? error.message : String(error);
  } finally {
    deadline.clear();
  }
}

function newExchange(question: Question, options: QueryOptions): Exchange {
  const [id] = crypto.getRandomValues(new Uint16Array(1));
  return {
    query: formatQuery(id!, question, options),
    accepts: (message) => isAnswerTo(message, id!, question),
  };
}

/** A signal that comes after `patience` milliseconds or when `closing` does; `clear` ends the wait for both. */
function openDeadline(patience: number, closing: AbortSignal) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, patience);
  closing.addEventListener("abort", stop, { once: true });
  if (closing.aborted) stop();
  const clear = () => {
    clearTimeout(timer);
    closing.removeEventListener("abort", stop);
  };
  return { signal: controller.signal, clear };
}
