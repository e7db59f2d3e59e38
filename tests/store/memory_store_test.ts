import { memoryStore } from "../../src/store/mod.ts";
import { storeConformance } from "./conformance.ts";
import { imapConformance } from "./imap_conformance.ts";

for (const suite of [storeConformance, imapConformance]) {
  suite("memoryStore", () => {
    const store = memoryStore();
    return Promise.resolve({ store, end: () => store.close() });
  });
}
