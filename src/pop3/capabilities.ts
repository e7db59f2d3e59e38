/**
 * All capabilities of POP3. A new one is a line here.
 *
 * RFC 2449 §5: what is available in the AUTHORIZATION state is announced in both
 * states, so no row looks at the login; some change with TLS.
 *
 * @module
 */

import { offer } from "../sasl/mod.ts";
import {
  acceptsPlaintext,
  offersStls,
  type Pop3Session,
} from "./pop3_session.ts";

export interface Capability {
  readonly keyword: string;
  readonly rfc: string;
  /** The parameters, "" for none; undefined where it is not offered (now). */
  readonly show: (s: Pop3Session) => string | undefined;
}

const always = () => "";

export const capabilities: readonly Capability[] = [
  { keyword: "TOP", rfc: "RFC 2449 §6.1", show: always },
  {
    keyword: "USER",
    rfc: "RFC 2449 §6.2",
    show: (s) =>
      s.setting.enable_user_cmd && acceptsPlaintext(s) ? "" : undefined,
  },
  { keyword: "UIDL", rfc: "RFC 2449 §6.8", show: always },
  {
    keyword: "SASL",
    rfc: "RFC 5034 §3",
    show: (s) => offer(s).map(({ name }) => name).join(" ") || undefined,
  },
  {
    keyword: "STLS",
    rfc: "RFC 2595 §4",
    show: (s) => offersStls(s) ? "" : undefined,
  },
  { keyword: "RESP-CODES", rfc: "RFC 2449 §6.4", show: always },
  { keyword: "AUTH-RESP-CODE", rfc: "RFC 3206 §6", show: always },
  { keyword: "PIPELINING", rfc: "RFC 2449 §6.6", show: always },
  {
    keyword: "EXPIRE",
    rfc: "RFC 2449 §6.7",
    show: (s) => String(s.setting.expire),
  },
  {
    keyword: "LOGIN-DELAY",
    rfc: "RFC 2449 §6.5",
    show: (s) => s.setting.loginDelay?.seconds.toString(),
  },
  {
    keyword: "UTF8",
    rfc: "RFC 6856 §2",
    // "USER": names and passwords may be UTF-8 (RFC 6856 §2.2).
    show: (s) => s.setting.enable_user_cmd && acceptsPlaintext(s) ? "USER" : "",
  },
  { keyword: "LANG", rfc: "RFC 6856 §3", show: always },
  { keyword: "IMPLEMENTATION", rfc: "RFC 2449 §6.9", show: () => "denomaild" },
];
