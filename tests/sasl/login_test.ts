import { assertEquals } from "@std/assert";
import { findMechanism } from "../../src/sasl/mod.ts";
import { oneUser, play } from "./player.ts";

const login = findMechanism("LOGIN")!;
const credentials = oneUser("tim", "secret");

Deno.test("LOGIN prompts for the name and the password", async () => {
  const played = await play(login, ["tim", "secret"], { credentials });
  assertEquals(played, {
    challenges: ["Username:", "Password:"],
    identity: { address: "tim" },
  });
});

Deno.test("LOGIN takes the name along with the command", async () => {
  const played = await play(login, ["secret"], { credentials, initial: "tim" });
  assertEquals(played, {
    challenges: ["Password:"],
    identity: { address: "tim" },
  });
});

Deno.test("LOGIN asks an unknown user for the password as it asks anybody", async () => {
  const wrong = await play(login, ["tim", "guess"], { credentials });
  const unknown = await play(login, ["kurt", "guess"], { credentials });
  assertEquals(wrong, unknown);
  assertEquals(wrong.identity, undefined);
});

Deno.test("LOGIN refuses empty passwords and names", async () => {
  for (const turns of [["tim", ""], ["", ""], ["", "secret"]]) {
    const played = await play(login, turns, { credentials });
    assertEquals(played.identity, undefined);
  }
});
