/** `denomaild explain …`: the whole story of a message. */

import type { Explained } from "../operations.ts";
import { waitingLines } from "./queue_text.ts";
import { chapterLine } from "./story_text.ts";
import { type Command, CommandFailed, sharedOptions } from "./subcommand.ts";
import { callOperation } from "./with_operations.ts";

export const explain: Command = {
  name: "explain",
  summary: "tell what happened to a message, and what is next",
  arguments: ["ID"],
  options: [sharedOptions.config, sharedOptions.data, sharedOptions.json],
  details: "ID is the id that the server gave the message, its Message-ID in " +
    "angle brackets,\nor an address: then the last ten messages from or to it. " +
    "With --json one JSON value a line.",
  run: async (invocation) => {
    const subject = invocation.args[0]!;
    const stories = callOperation(invocation, "explain", { subject });
    let count = 0;
    for await (const story of stories as AsyncIterable<Explained>) {
      if (invocation.options.json) invocation.print(JSON.stringify(story));
      else for (const line of storyLines(story)) invocation.print(line);
      count++;
    }
    if (count > 0) return 0;
    throw new CommandFailed(
      `Nothing is known of "${subject}": stories are kept for as long as the key "days" of Stories says`,
    );
  },
};

function storyLines({ id, chapters, waiting }: Explained): string[] {
  return [
    `message ${id}`,
    ...inOrder(chapters).map((chapter) => `  ${chapterLine(chapter)}`),
    ...(waiting
      ? ["  still in the queue:", ...waitingLines(waiting).slice(1)]
      : ["  nothing of it waits any more"]),
    "",
  ];
}

/** The first attempt may be noted before the session has noted that it accepted the message. */
function inOrder(chapters: Explained["chapters"]): Explained["chapters"] {
  const [accepted, rest] = [true, false].map((first) =>
    chapters.filter(({ event }) => (event === "smtp.accepted") === first)
  );
  return [...accepted!, ...rest!];
}
