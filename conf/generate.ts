/** Writes the sample and the JSON Schema from the schema in `src/config/` (`deno task conf`). */

import { formatJsonSchema, formatSample } from "../src/config/mod.ts";

const file = (name: string) => new URL(name, import.meta.url);
await Deno.writeTextFile(file("denomaild.conf"), formatSample());
await Deno.writeTextFile(file("schema.json"), formatJsonSchema());
