import { memoryAccounts } from "../../src/accounts/mod.ts";
import { testAccounts } from "./conformance.ts";

testAccounts("Memory accounts", async (setting, options, use) => {
  await use(memoryAccounts(setting, options));
});
