/**
 * The list of extensions, one file each; its order is that of the EHLO reply.
 *
 * @module
 */

import { auth } from "./extensions/auth.ts";
import { binaryMime } from "./extensions/binary_mime.ts";
import { chunking } from "./extensions/chunking.ts";
import { dsn } from "./extensions/dsn.ts";
import { eightBitMime } from "./extensions/eight_bit_mime.ts";
import { enhancedStatusCodes } from "./extensions/enhanced_status_codes.ts";
import { limits } from "./extensions/limits.ts";
import { pipelining } from "./extensions/pipelining.ts";
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
  limits,
];
