/**
 * The configuration: extended JSON, one schema, and every error of every file at once.
 *
 * Files are JSON (RFC 8259) with "#", "//" and block comments and trailing commas;
 * all `*.conf` files of a folder count as one. `schema.ts` has every key with its
 * default and its meaning; types, checks, `conf/denomaild.conf` and
 * `conf/schema.json` come from it. Leaves out what the values are used for, and
 * environment variables, includes and escapes of its own.
 *
 * @module
 */

export * from "./configuration.ts";
export * from "./extended_json.ts";
export {
  hasImplicitTls,
  type ListenerConfiguration,
  type ListenerName,
  listenerPorts,
} from "./listeners.ts";
export * from "./load.ts";
export { formatPath, type Path } from "./merge.ts";
export * from "./place.ts";
export * from "./read_files.ts";
export { formatJsonSchema, formatSample } from "./sample.ts";
export { configurationSchema, type JsonSchema } from "./schema.ts";
export { readConfigurationFolder } from "./read_folder.ts";
export { reasonOf } from "./read_sources.ts";
export * from "./suggest.ts";
