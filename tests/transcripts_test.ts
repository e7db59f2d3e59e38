/** Plays every script below tests/transcripts, in each of the three ways. */

import { listTranscripts, readFixture } from "./harness/list_transcripts.ts";
import { MODES, play } from "./harness/player.ts";
import { stages } from "./harness/stages.ts";

for (const transcript of await listTranscripts()) {
  Deno.test(`${transcript.path}: ${transcript.claim}`, async () => {
    const open = stages[transcript.protocol];
    if (!open) throw new Error(`Cannot play "${transcript.protocol}"`);
    for (const mode of MODES) {
      if (mode === "pipelined" && transcript.lockstep) continue;
      await play(transcript, open(), { mode, fixture: readFixture });
    }
  });
}
