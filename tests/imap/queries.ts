/** Searches made at random, and what they mean to a reader who knows the messages. */

import {
  DAY,
  FLAGS,
  NOW,
  pick,
  type Random,
  type Truth,
  WORDS,
} from "./corpus.ts";

/** A search as text (UTF-16), and what it means. */
export interface Query {
  readonly text: string;
  readonly holds: (truth: Truth, sequence: number) => boolean;
}

function same(text: string): string {
  return text.normalize("NFKD").toUpperCase().normalize("NFKD");
}

function includes(text: string, piece: string): boolean {
  return same(text).includes(same(piece));
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function dateText(day: number): string {
  const date = new Date(day * DAY);
  return `${date.getUTCDate()}-${
    MONTHS[date.getUTCMonth()]
  }-${date.getUTCFullYear()}`;
}

/** A word, some of it, or what may stand between two. */
function needle(random: Random): string {
  const word = pick(random, WORDS);
  const way = random(6);
  if (way === 0) return word.toUpperCase();
  if (way === 1) return word.toLowerCase();
  if (way === 2) return partOf(random, word);
  if (way === 3) return partOf(random, `${word} ${pick(random, WORDS)}`);
  return word;
}

function partOf(random: Random, text: string): string {
  const characters = [...text];
  const from = random(characters.length);
  return characters.slice(from, from + 1 + random(12)).join("");
}

const DATE_TESTS = {
  BEFORE: (a: number, b: number) => a < b,
  ON: (a: number, b: number) => a === b,
  SINCE: (a: number, b: number) => a >= b,
};

function dateQuery(random: Random): Query {
  const [name, test] = pick(random, Object.entries(DATE_TESTS));
  const kind = pick(random, ["", "SENT", "SAVED"]);
  const day = kind === "SENT"
    ? 20_600 + random(20)
    : Math.floor((NOW - random(kind === "SAVED" ? 5 : 20) * DAY) / DAY);
  const date = random(2) ? dateText(day) : quote(dateText(day));
  const of = (truth: Truth) => {
    if (kind === "SENT") return truth.sentDay;
    const ms = kind === "SAVED" ? truth.savedDate : truth.internalDate;
    return Math.floor(ms / DAY);
  };
  return {
    text: `${kind}${name} ${date}`,
    holds: (truth) => {
      const value = of(truth);
      return value !== undefined && test(value, day);
    },
  };
}

function flagQuery(random: Random): Query {
  const flag = pick(random, FLAGS);
  const wanted = random(2) === 0;
  const text = flag.startsWith("\\")
    ? `${wanted ? "" : "UN"}${flag.slice(1).toUpperCase()}`
    : `${wanted ? "" : "UN"}KEYWORD ${flag.toLowerCase()}`;
  return { text, holds: ({ flags }) => flags.includes(flag) === wanted };
}

function recentQuery(random: Random): Query {
  return pick<Query>(random, [
    { text: "RECENT", holds: ({ recent }) => recent },
    { text: "OLD", holds: ({ recent }) => !recent },
    {
      text: "NEW",
      holds: ({ recent, flags }) => recent && !flags.includes("\\Seen"),
    },
    { text: "ALL", holds: () => true },
    { text: "SAVEDATESUPPORTED", holds: () => true },
  ]);
}

function numberQuery(random: Random): Query {
  const n = random(120) + 1;
  const size = 200 + random(600);
  const seconds = random(20 * 86400) + 1;
  const range = [random(60) + 1, random(60) + 1] as const;
  const [low, high] = [Math.min(...range), Math.max(...range)];
  return pick<Query>(random, [
    { text: `LARGER ${size}`, holds: (truth) => truth.size > size },
    { text: `SMALLER ${size}`, holds: (truth: Truth) => truth.size < size },
    { text: `MODSEQ ${n}`, holds: ({ modseq }) => modseq >= n },
    { text: `EMAILID E${n % 30}`, holds: (t) => t.emailId === `E${n % 30}` },
    { text: `THREADID T${n}`, holds: () => false },
    {
      text: `OLDER ${seconds}`,
      holds: (t) => t.internalDate <= NOW - seconds * 1000,
    },
    {
      text: `YOUNGER ${seconds}`,
      holds: (t) => t.internalDate >= NOW - seconds * 1000,
    },
    { text: `UID ${n}`, holds: ({ uid }) => uid === n },
    {
      text: `UID ${range.join(":")}`,
      holds: ({ uid }) => uid >= low && uid <= high,
    },
    {
      text: `${range.join(":")},${n}`,
      holds: (_, sequence) =>
        sequence >= low && sequence <= high || sequence === n,
    },
  ]);
}

function fieldQuery(random: Random): Query {
  const name = pick(random, ["Subject", "From", "To", "Cc", "Bcc", "X-Note"]);
  const piece = random(8) === 0 ? "" : needle(random);
  const key = name === "X-Note" || random(3) === 0
    ? `HEADER ${name.toLowerCase()}`
    : name.toUpperCase();
  return {
    text: `${key} ${quote(piece)}`,
    holds: ({ header }) =>
      header.some(([other, text]) => other === name && includes(text, piece)),
  };
}

function textQuery(random: Random): Query {
  const piece = random(10) === 0 ? "content-type: message" : needle(random);
  const inBody = (truth: Truth) =>
    truth.texts.some((text) => includes(text, piece));
  const inHeaders = ({ header, innerHeaders }: Truth) =>
    [...header, ...innerHeaders].some(([name, text]) =>
      includes(`${name}: ${text}`, piece)
    );
  return random(2) === 0 ? { text: `BODY ${quote(piece)}`, holds: inBody } : {
    text: `TEXT ${quote(piece)}`,
    holds: (truth) => inBody(truth) || inHeaders(truth),
  };
}

/** A search, up to some keys deep. */
export function query(random: Random, depth: number): Query {
  const kind = random(depth > 3 ? 6 : 9);
  if (kind === 0) return dateQuery(random);
  if (kind === 1) return flagQuery(random);
  if (kind === 2) return recentQuery(random);
  if (kind === 3) return numberQuery(random);
  if (kind === 4) return fieldQuery(random);
  if (kind === 5) return textQuery(random);
  const a = query(random, depth + 1);
  if (kind === 6) {
    return { text: `NOT ${a.text}`, holds: (t, n) => !a.holds(t, n) };
  }
  const b = query(random, depth + 1);
  return kind === 7
    ? {
      text: `OR ${a.text} ${b.text}`,
      holds: (t, n) => a.holds(t, n) || b.holds(t, n),
    }
    : {
      text: `(${a.text} ${b.text})`,
      holds: (t, n) => a.holds(t, n) && b.holds(t, n),
    };
}
