/**
 * The messages of SCRAM, read (RFC 5802 §7).
 *
 * Extensions that are not mandatory are skipped, as RFC 5802 §5.1 wants it.
 *
 * @module
 */

import { base64Decode } from "../bytes/mod.ts";
import { SaslSyntaxError } from "./mechanism.ts";

/** What the client knows of channel binding (`gs2-cbind-flag`). */
export type BindingFlag =
  /** It cannot bind. */
  | { readonly kind: "none" }
  /** It could bind, and believes that the server cannot. */
  | { readonly kind: "unoffered" }
  /** It binds, to a channel of this type. */
  | { readonly kind: "bound"; readonly type: string };

export interface ClientFirst {
  /** `gs2-header`, as sent: it comes again in the final message. */
  readonly header: string;
  readonly flag: BindingFlag;
  /** Empty when the client named none. */
  readonly authzid: string;
  /** `client-first-message-bare`, as sent: a part of what is signed. */
  readonly bare: string;
  readonly username: string;
  readonly nonce: string;
  /** True when the client demands an extension ("m="), of which none exists. */
  readonly demandsExtension: boolean;
}

export interface ClientFinal {
  /** All before the proof, as sent: a part of what is signed. */
  readonly withoutProof: string;
  /** The header again, and the channel's data behind it. */
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
}

// RFC 5802 §7. `value` holds neither NUL nor comma; `saslname` writes "," as =2C and "=" as =3D.
const VALUE = "[^\\0,]+";
const SASLNAME = "(?:[^\\0,=]|=2C|=3D)+";
const NONCE = "[\\x21-\\x2b\\x2d-\\x7e]+";
const EXTENSIONS = `(?:,[A-Za-z]=${VALUE})*`;
const CLIENT_FIRST = new RegExp(
  `^((?:n|y|p=([A-Za-z0-9.-]+)),(?:a=(${SASLNAME}))?,)` +
    `((m=${VALUE},)?n=(${SASLNAME}),r=(${NONCE})${EXTENSIONS})$`,
  "u",
);
const CLIENT_FINAL = new RegExp(
  `^(c=([A-Za-z0-9+/=]+),r=(${NONCE})${EXTENSIONS}),p=([A-Za-z0-9+/=]+)$`,
  "u",
);

/** @throws {SaslSyntaxError} When `text` is no `client-first-message`. */
export function parseClientFirst(text: string): ClientFirst {
  const match = CLIENT_FIRST.exec(text);
  if (!match) throw new SaslSyntaxError("Not a SCRAM client-first-message");
  const [, header, type, authzid, bare, extension, username, nonce] = match;
  return {
    header: header!,
    flag: bindingFlag(header!, type),
    authzid: authzid === undefined ? "" : decodeName(authzid),
    bare: bare!,
    username: decodeName(username!),
    nonce: nonce!,
    demandsExtension: extension !== undefined,
  };
}

/** @throws {SaslSyntaxError} When `text` is no `client-final-message`. */
export function parseClientFinal(text: string): ClientFinal {
  const match = CLIENT_FINAL.exec(text);
  const binding = base64Decode(match?.[2] ?? "=");
  const proof = base64Decode(match?.[4] ?? "=");
  if (!match || !binding || !proof) {
    throw new SaslSyntaxError("Not a SCRAM client-final-message");
  }
  return { withoutProof: match[1]!, binding, nonce: match[3]!, proof };
}

function bindingFlag(header: string, type: string | undefined): BindingFlag {
  if (type !== undefined) return { kind: "bound", type };
  return { kind: header.startsWith("y") ? "unoffered" : "none" };
}

function decodeName(name: string): string {
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
