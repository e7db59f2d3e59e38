import { Buffer } from "node:buffer";
import { assertEquals, assertLess } from "@std/assert";
import { parseLine } from "../../src/queue/head.ts";
import { type Noted, progressOf } from "../../src/queue/said.ts";

/** Of a head as a line what a parser of JSON would find in it. */
function expected(json: string): unknown {
  const { notes, envelope: _, ...head } = JSON.parse(json);
  const defaults = head.kind === "message"
    ? { large: false, notBefore: 0, priority: 0 }
    : {};
  return { ...defaults, ...head, ...notes && { notes } };
}

function read(json: string): unknown {
  const found = parseHeadLine(`17 ${json}`);
  if (found === undefined) return undefined;
  assertEquals(found.batch, 17);
  const head: Record<string, unknown> = { ...found.head };
  if (head.notes === undefined) delete head.notes;
  else head.notes = notes(head.notes as Noted[]);
  return head;
}

/** Between other octets. */
function parseHeadLine(line: string) {
  const bytes = Buffer.from(`x${line}\n}`);
  return parseLine(bytes, 1, bytes.length - 2);
}

const notes = (noted: Noted[]) =>
  Object.fromEntries(noted.map((one) => [one.key, progressOf(one)]));

const ABOUT = `"kind":"message","id":"a-1","size":5,"crc":4294967295`;
const ENVELOPE_KEY = `"envelope":`;
const ENVELOPE = `"envelope":{"from":"a@b","x":",\\"pending\\":["}`;
const TRIED = `{"attempts":2,"next":1700000000000,"last":1690000000000,` +
  `"reply":{"code":451,"lines":["a \\"attempts\\":"]},"peer":"mx[::1]:25"}`;

const HEADS = [
  `{${ABOUT},"pending":["remote:a@b"],${ENVELOPE}}`,
  `{${ABOUT},"large":true,"pending":["remote:a@b","mailbox:c"],${ENVELOPE}}`,
  `{${ABOUT},"notBefore":9,"priority":-3,"pending":["mailbox:c"],${ENVELOPE}}`,
  `{${ABOUT},"pending":[],${ENVELOPE}}`,
  `{${ABOUT},"pending":["mailbox:\\"ü\\""],${ENVELOPE}}`,
  `{${ABOUT},"pending":["mailbox:ü"],${ENVELOPE}}`,
  `{${ABOUT},"pending":["mailbox:c"],"envelope":{"from":"ü@b"}}`,
  `{${ABOUT},"pending":["c"],"notes":{"c":${TRIED}},${ENVELOPE}}`,
  `{${ABOUT},"pending":["c","d"],"notes":{"c":${TRIED},"d":${TRIED}},${ENVELOPE}}`,
  `{"kind":"noted","id":"a-1","notes":{"c":${TRIED}}}`,
  `{"kind":"noted","id":"a-1","notes":{"c":{"attempts":0,"next":0,"held":true}}}`,
  `{"kind":"noted","id":"a-1","notes":{"c":{"attempts":0,"next":0}}}`,
  `{"kind":"noted","id":"a-1","notes":{"c":{"held":true,"next":-1,"attempts":4}}}`,
  `{"kind":"noted","id":"a-1","notes":{"c":${TRIED.replace("mx", "ü")}}}`,
  `{"kind":"noted","id":"a-1","notes":{"c":${TRIED},"d":${TRIED}}}`,
  `{"kind":"settled","id":"a-1","destinations":["c"]}`,
  `{"kind":"proven","segment":12}`,
];

Deno.test("parseLine() reads in its quick way what a parser of JSON finds", () => {
  for (const json of HEADS) assertEquals(read(json), expected(json), json);
});

Deno.test("parseLine() reads what a message concludes", () => {
  const concludes = `{"id":"a-0","destinations":["c"],"notes":{"d":${TRIED}}}`;
  for (const noted of ["", `,"notes":{"c":${TRIED}}`]) {
    const found = parseHeadLine(
      `0 {${ABOUT},"pending":["c"]${noted},"concludes":${concludes},${ENVELOPE}}`,
    );
    if (found?.head.kind !== "message") throw new Error("no message");
    assertEquals(found.head.concludes?.destinations, ["c"]);
    assertEquals(
      notes([...found.head.concludes?.notes ?? []]),
      { d: JSON.parse(TRIED) },
    );
  }
});

Deno.test("parseLine() takes no head with an octet missing", () => {
  let refused = 0;
  for (const json of HEADS) {
    for (let at = 0; at < json.length; at++) {
      const head = read(json.slice(0, at) + json.slice(at + 1));
      if (head === undefined) refused++;
    }
    // What an envelope says, or whether it ends, is not looked at yet.
    if (json.includes(ENVELOPE_KEY)) continue;
    assertEquals(read(json.slice(0, -1)), undefined);
    assertEquals(read(`${json}}`), undefined);
  }
  assertLess(1000, refused);
});
