import { assertEquals, assertMatch } from "@std/assert";
import { checkSetting } from "../../src/accounts/mod.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

Deno.test("user hash needs no right at all and prints what the configuration takes for a password", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", MAIN, "user", "hash"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("s3cret\n"));
  await writer.close();
  const { code, stdout } = await child.output();
  const hash = new TextDecoder().decode(stdout).trimEnd();
  assertEquals(code, 0);
  assertMatch(hash, /^\$denomaild\$/);
  const { accounts } = checkSetting({ accounts: { "a@example.org": hash } });
  assertEquals(accounts.get("a@example.org")!.password.kind, "hashed");
});
