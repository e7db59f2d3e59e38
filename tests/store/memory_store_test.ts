import { memoryStore } from "../../src/store/mod.ts";
import { storeConformance } from "./conformance.ts";

storeConformance("memoryStore", () => {
  const store = memoryStore();
  return Promise.resolve({ store, end: () => store.close() });
});
