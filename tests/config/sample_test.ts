import { assertEquals } from "@std/assert";
import {
  defaultConfiguration,
  formatJsonSchema,
  formatProblem,
  formatSample,
  loadConfiguration,
} from "../../src/config/mod.ts";

const committed = (name: string) =>
  Deno.readTextFile(new URL(`../../conf/${name}`, import.meta.url));

function load(text: string) {
  const result = loadConfiguration([{ name: "conf/denomaild.conf", text }]);
  if ("problems" in result) {
    throw new Error(result.problems.map(formatProblem).join("\n"));
  }
  return result.configuration;
}

/** The sample with its defaults, or its examples, as if somebody took away the comment signs. */
function uncomment(text: string, which: "defaults" | "examples"): string {
  const paragraphs = text.split("\n\n").map((paragraph) => {
    const [before, after] = paragraph.split(/^ *# For example:$/m);
    const shown = which === "defaults" || after === undefined
      ? before!
      : before!.replace(/^ *#(?=\S).*$/gm, "") + after;
    return shown.replace(/^( *)#(?=\S)/gm, "$1");
  });
  return paragraphs.join("\n\n");
}

Deno.test("conf/denomaild.conf is what `deno task conf` writes", async () => {
  assertEquals(await committed("denomaild.conf"), formatSample());
});

Deno.test("conf/schema.json is what `deno task conf` writes", async () => {
  assertEquals(await committed("schema.json"), formatJsonSchema());
});

Deno.test("the sample as it stands is the default configuration", () => {
  assertEquals(load(formatSample()), defaultConfiguration());
});

Deno.test("the defaults that the sample shows are the defaults", () => {
  const text = uncomment(formatSample(), "defaults");
  const listeners = /^ {2}"Listeners": [^]*?^ {2}\],$/m;
  assertEquals(listeners.test(text), true);
  assertEquals(/^ *"max_errors"/m.test(text), true);
  // The listeners that begin with TLS are there only with a certificate.
  assertEquals(load(text.replace(listeners, "")), defaultConfiguration());
});

Deno.test("the examples that the sample shows load together, all listeners with them", () => {
  const configuration = load(uncomment(formatSample(), "examples"));
  assertEquals(configuration.server_name, "mail.example.org");
  assertEquals(configuration.TLS.all.length, 2);
  assertEquals(configuration.Listeners.length, 7);
  assertEquals(configuration.Accounts["bob@example.org"]!.enabled, true);
});
