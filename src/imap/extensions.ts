/**
 * All extensions, in the order of CAPABILITY. A new one is a file in `extensions/` and a
 * line here.
 *
 * Those without a file are kept by code that IMAP4rev2 needs anyway.
 *
 * @module
 */

import { auth } from "./extensions/auth.ts";
import { compress } from "./extensions/compress.ts";
import { enabling } from "./extensions/enable.ts";
import { id } from "./extensions/id.ts";
import { idle } from "./extensions/idle.ts";
import { literals } from "./extensions/literals.ts";
import { namespace } from "./extensions/namespace.ts";
import { quota } from "./extensions/quota.ts";
import { replacing } from "./extensions/replace.ts";
import { sort } from "./extensions/sort.ts";
import { starttls } from "./extensions/starttls.ts";
import { thread } from "./extensions/thread.ts";
import type { Extension } from "./rows.ts";

/** What is announced after login, and kept by the commands themselves. */
function keyword(
  rfc: string,
  name: string,
  enables: readonly string[] = [],
): Extension {
  return {
    rfc,
    announce: (s) => s.login === undefined ? [] : [name],
    enables,
  };
}

export const extensions: readonly Extension[] = [
  literals,
  id,
  enabling,
  starttls,
  auth,
  idle,
  namespace,
  keyword("RFC 3348", "CHILDREN"),
  keyword("RFC 3691", "UNSELECT"),
  keyword("RFC 4315", "UIDPLUS"),
  keyword("RFC 6851", "MOVE"),
  keyword("RFC 6154", "SPECIAL-USE"),
  keyword("RFC 6154", "CREATE-SPECIAL-USE"),
  keyword("RFC 5258", "LIST-EXTENDED"),
  keyword("RFC 5819", "LIST-STATUS"),
  keyword("RFC 8438", "STATUS=SIZE"),
  keyword("RFC 7162", "CONDSTORE", ["CONDSTORE"]),
  keyword("RFC 7162", "QRESYNC", ["QRESYNC"]),
  keyword("RFC 4731", "ESEARCH"),
  keyword("RFC 5182", "SEARCHRES"),
  keyword("RFC 5032", "WITHIN"),
  keyword("RFC 9394", "PARTIAL"),
  keyword("RFC 9585", "INPROGRESS"),
  keyword("RFC 5255", "I18NLEVEL=1"),
  sort,
  thread,
  keyword("RFC 3502", "MULTIAPPEND"),
  keyword("RFC 3516", "BINARY"),
  {
    rfc: "RFC 7889",
    announce: (s) =>
      s.login === undefined
        ? []
        : [`APPENDLIMIT=${s.setting.max_message_size}`],
  },
  quota,
  keyword("RFC 8474", "OBJECTID"),
  keyword("RFC 8970", "PREVIEW"),
  keyword("RFC 8514", "SAVEDATE"),
  replacing,
  {
    rfc: "RFC 9586",
    announce: (s) =>
      s.login !== undefined && s.setting.enable_uidonly ? ["UIDONLY"] : [],
    enables: ["UIDONLY"],
  },
  keyword("RFC 6855", "UTF8=ACCEPT", ["UTF8=ACCEPT"]),
  compress,
];
