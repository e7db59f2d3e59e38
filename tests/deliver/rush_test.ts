import { assertEquals } from "@std/assert";
import { Rush } from "../../src/deliver/rush.ts";

const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("Rush puts deliveries off while many messages come at once, and tells when it is over", async () => {
  let over = 0;
  const rush = new Rush(() => over++);
  for (let i = 0; i < 19; i++) rush.note(2);
  assertEquals(rush.isOn, false);
  rush.note(2);
  assertEquals(rush.isOn, true);
  for (let tries = 0; tries < 100 && over === 0; tries++) await pause(20);
  assertEquals([rush.isOn, over], [false, 1]);
  rush.stop();
});

Deno.test("Rush does not take a steady trickle for one", async () => {
  const rush = new Rush(() => {});
  for (let i = 0; i < 30; i++) {
    rush.note(2);
    await pause(10);
  }
  assertEquals(rush.isOn, false);
  rush.stop();
});

Deno.test("Rush is none while one delivery at a time is under way, however fast a sender is", () => {
  const rush = new Rush(() => {});
  for (let i = 0; i < 100; i++) rush.note(1);
  assertEquals(rush.isOn, false);
  rush.stop();
});
