// Golden families: messages and what FETCH says of them. A JSON file holds, for each
// item, the value as lists, strings, numbers and null (NIL).

import { assertEquals } from "@std/assert";
import { plain, readFetchResponses } from "./response_grammar.ts";
import { fetchText, sampleMessage } from "./sample.ts";

const FOLDER = new URL("../fixtures/imap/", import.meta.url);

const names = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name)
  .filter((name) => name.endsWith(".eml")).sort();

for (const name of names) {
  Deno.test(`FETCH says of ${name} what its JSON file says`, async () => {
    const bytes = Deno.readFileSync(new URL(name, FOLDER));
    const golden: Record<string, unknown> = JSON.parse(
      Deno.readTextFileSync(new URL(name.replace(".eml", ".json"), FOLDER)),
    );
    for (const [item, expected] of Object.entries(golden)) {
      const { text } = await fetchText(sampleMessage(bytes), item);
      const [response] = readFetchResponses(text, { utf8: false });
      const [[label, value]] = [...response!.items] as [[string, never]];
      assertEquals(plain(value), expected, item);
      assertEquals(label, item.replace(".PEEK", "").replace(/\.\d+>$/, ">"));
    }
  });
}
