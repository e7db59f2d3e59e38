/**
 * BINARYMIME (RFC 3030 §3): any octets, in lines or not. Its value of BODY is read
 * where 8BITMIME's are; that DATA does not carry it is DATA's to say.
 *
 * @module
 */

import type { Extension } from "../rows.ts";

export const binaryMime: Extension = {
  keyword: "BINARYMIME",
  rfc: "RFC 3030",
  advertise: () => "",
};
