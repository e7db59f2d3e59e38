/**
 * The list of extensions, one file each; its order is that of the EHLO reply.
 *
 * @module
 */

import { auth } from "./extensions/auth.ts";
import { binaryMime } from "./extensions/binary_mime.ts";
import { chunking } from "./extensions/chunking.ts";
import { deliverBy } from "./extensions/deliver_by.ts";
import { dsn } from "./extensions/dsn.ts";
import { eightBitMime } from "./extensions/eight_bit_mime.ts";
import { enhancedStatusCodes } from "./extensions/enhanced_status_codes.ts";
import { etrn } from "./extensions/etrn.ts";
import { futureRelease } from "./extensions/future_release.ts";
import { limits } from "./extensions/limits.ts";
import { mtPriority } from "./extensions/mt_priority.ts";
import { pipelining } from "./extensions/pipelining.ts";
import { requireTls } from "./extensions/require_tls.ts";
import { size } from "./extensions/size.ts";
import { smtputf8 } from "./extensions/smtputf8.ts";
import { starttls } from "./extensions/starttls.ts";
import type { Extension } from "./rows.ts";

export const extensions: readonly Extension[] = [
  pipelining,
  size,
  starttls,
  auth,
  enhancedStatusCodes,
  eightBitMime,
  binaryMime,
  chunking,
  smtputf8,
  dsn,
  futureRelease,
  deliverBy,
  mtPriority,
  requireTls,
  etrn,
  limits,
];
