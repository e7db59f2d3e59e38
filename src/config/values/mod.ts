/**
 * The values of a configuration that was read and checked already.
 *
 * What runs for years imports this door and not the one above it: the schema and its
 * library take a sixth of the memory of a server at rest, and nobody needs them there.
 *
 * @module
 */

export {
  type AccountConfiguration,
  type Configuration,
  localDomains,
} from "../configuration.ts";
export type { CertificatePem } from "../read_files.ts";
export {
  hasImplicitTls,
  type ListenerConfiguration,
  type ListenerName,
  listenerPorts,
} from "../listeners.ts";
export { parseHostAndPort } from "../host_and_port.ts";
export { formatProblem, type Problem } from "../place.ts";
