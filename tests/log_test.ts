import { assertEquals, assertStringIncludes } from "@std/assert";
import { type LogLevel, openLog } from "../src/log.ts";

async function logged(
  format: "json" | "text",
  level: LogLevel,
  events: [string, Record<string, unknown>?][],
): Promise<string> {
  let text = "";
  const { log, drain } = openLog({
    format,
    level,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    write: (lines) => {
      text += new TextDecoder().decode(lines);
      return Promise.resolve();
    },
  });
  for (const [event, fields] of events) log(event, fields);
  await drain();
  return text;
}

Deno.test("openLog() writes one line an event and keeps values inside it", async () => {
  assertEquals(
    await logged("text", "info", [["login", {
      account: "alice@example.test",
      why: "a\nb c",
    }]]),
    '2026-01-02T03:04:05.006Z info login account=alice@example.test why="a\\nb c"\n',
  );
  assertEquals(
    await logged("json", "info", [["login", {
      level: "warn",
      count: 2,
      missing: undefined,
    }]]),
    '{"time":"2026-01-02T03:04:05.006Z","level":"warn","event":"login","count":2}\n',
  );
});

Deno.test("openLog() never shows a secret", async () => {
  for (
    const key of [
      "password",
      "secret",
      "api_token",
      "sasl_response",
      "digest",
      "proof",
    ]
  ) {
    assertEquals(
      (await logged("json", "info", [["x", { [key]: "hunter2" }]])).includes(
        "hunter2",
      ),
      false,
      key,
    );
  }
});

Deno.test("openLog() passes over events below its level", async () => {
  assertEquals(
    await logged("text", "warn", [["a", { level: "info" }], ["b"], ["c", {
      level: "debug",
    }]]),
    "",
  );
});

Deno.test("openLog() drops lines, and says so, when nobody takes them", async () => {
  let release = () => {};
  const stuck = new Promise<void>((resolve) => release = resolve);
  let text = "";
  const { log, drain } = openLog({
    format: "text",
    level: "info",
    now: () => 0,
    write: async (lines) => {
      await stuck;
      text += new TextDecoder().decode(lines);
    },
  });
  for (let i = 0; i < 10_000; i++) log("event", { text: "x".repeat(1000), i });
  release();
  await drain();
  log("later");
  await drain();
  assertStringIncludes(text, "later dropped_lines=");
});
