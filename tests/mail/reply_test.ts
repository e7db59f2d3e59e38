import { assertEquals } from "@std/assert";
import { formatReply, parseReply, type Reply } from "../../src/mail/mod.ts";

const REPLIES: [Reply, string[]][] = [
  [{ code: 250, lines: ["OK"] }, ["250 OK"]],
  [{ code: 250, enhanced: "2.1.0", lines: ["OK"] }, ["250 2.1.0 OK"]],
  [{ code: 354, lines: ["Go on"] }, ["354 Go on"]],
  [{ code: 250, lines: ["mx", "SIZE 1", "HELP"] }, [
    "250-mx",
    "250-SIZE 1",
    "250 HELP",
  ]],
  [{ code: 550, enhanced: "5.1.1", lines: ["No", "such user"] }, [
    "550-5.1.1 No",
    "550 5.1.1 such user",
  ]],
];

Deno.test("formatReply() and parseReply() round-trip", () => {
  for (const [value, lines] of REPLIES) {
    assertEquals(formatReply(value), lines);
    assertEquals(parseReply(lines), value);
  }
});

Deno.test("parseReply() takes a bare code, and an enhanced code of the same class or one that is milder", () => {
  assertEquals(parseReply(["250"]), { code: 250, lines: [""] });
  assertEquals(parseReply(["250 5.1.1 odd"]), {
    code: 250,
    lines: ["5.1.1 odd"],
  });
  assertEquals(parseReply(["450 5.7.1 odd"]), {
    code: 450,
    lines: ["5.7.1 odd"],
  });
  assertEquals(parseReply(["550 4.7.1 later"]), {
    code: 550,
    enhanced: "4.7.1",
    lines: ["later"],
  });
});

Deno.test("parseReply() refuses what is no reply", () => {
  for (
    const lines of [
      [],
      [""],
      ["hello"],
      ["2500 x"],
      ["199 x"],
      ["250-more"],
      ["250 done", "250 more"],
      ["250-a", "550 b"],
      [" 250 x"],
    ]
  ) {
    assertEquals(parseReply(lines), undefined, lines.join("|"));
  }
});
