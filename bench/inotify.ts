/** How many files Linux lets one user have watched; Dovecot has a watcher a session. */

import { run } from "./programs.ts";
import { say } from "./report.ts";

const KEY = "fs.inotify.max_user_instances";

/** Lifts the limit where that is permitted. */
export interface WatchLimit {
  /** Every session can have its watcher. */
  readonly isEnough: boolean;
  /** Puts it back. */
  readonly restore: () => Promise<void>;
}

/** @param instances Watchers at a time. */
export async function liftWatchLimit(instances: number): Promise<WatchLimit> {
  const nothing = () => Promise.resolve();
  try {
    const before = Number(await run("sysctl", "-n", KEY));
    if (before >= instances) return { isEnough: true, restore: nothing };
    await run("sysctl", "-w", `${KEY}=${instances}`);
    say(`  ${KEY} is ${instances} for this run, not ${before}`);
    const restore = async () => {
      await run("sysctl", "-w", `${KEY}=${before}`);
    };
    return { isEnough: true, restore };
  } catch (error) {
    say(`  ${KEY} cannot be lifted: ${error}`);
    return { isEnough: false, restore: nothing };
  }
}
