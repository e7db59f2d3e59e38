/**
 * Stories: what happened to each message, and why, for those who ask afterwards.
 *
 * A chapter is a line of the log that names a message (`id`): `tellingLog` passes such
 * lines on, so that nothing has to be written twice. Kept for as many days as the
 * configuration says, as text. Leaves out what is still to come of a message: the
 * queue knows that.
 *
 * @module
 */

export * from "./chapter_line.ts";
export * from "./file_stories.ts";
export * from "./memory_stories.ts";
export * from "./story.ts";
export * from "./telling_log.ts";
