/**
 * The list of extensions, one file each; its order is that of the EHLO reply.
 *
 * @module
 */

import { eightBitMime } from "./extensions/eight_bit_mime.ts";
import { enhancedStatusCodes } from "./extensions/enhanced_status_codes.ts";
import { pipelining } from "./extensions/pipelining.ts";
import { size } from "./extensions/size.ts";
import type { Extension } from "./rows.ts";

export const extensions: readonly Extension[] = [
  pipelining,
  size,
  eightBitMime,
  enhancedStatusCodes,
];
