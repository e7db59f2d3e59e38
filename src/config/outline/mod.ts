/**
 * What a configuration touches on the disk, learnt without checking it.
 *
 * The first step of `serve` needs to know the folders that the server may touch, and
 * nothing else; the server itself checks the configuration and tells what is wrong.
 * So this door leads past the schema, whose library takes longer to load than all
 * the rest of that step, and stays in memory.
 *
 * @module
 */

export * from "./read_outline.ts";
