/** 8BITMIME (RFC 6152): octets above 127 pass as they are. */

import { asciiUpper } from "../../bytes/mod.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";

export const eightBitMime: Extension = {
  keyword: "8BITMIME",
  rfc: "RFC 6152",
  advertise: () => "",
  mailParams: {
    BODY(into, value) {
      const body = asciiUpper(value ?? "");
      // BINARYMIME is RFC 3030 §3.
      if (body !== "7BIT" && body !== "8BITMIME" && body !== "BINARYMIME") {
        refuse(replies.badParameter("BODY"));
      }
      into.body = body;
    },
  },
};
