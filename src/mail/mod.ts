/**
 * What mail is made of, as pure formats: addresses, dates, header sections, MIME
 * structure, trace fields, replies.
 *
 * Everything here is total. Any octets give a result or `undefined`; nothing
 * throws, takes more than linear time, or keeps more than its limits
 * ({@linkcode HEADER_SIZE_MAX}, {@linkcode HEADER_FIELDS_MAX},
 * {@linkcode MIME_DEPTH_MAX}, {@linkcode MIME_PARTS_MAX}). Text of messages is
 * kept as byte strings (each character one octet, see `bytes/latin1.ts`) until
 * its charset is known; what comes out as text for people is UTF-16.
 *
 * | file | what | source |
 * |---|---|---|
 * | address | paths and plain mailboxes | RFC 5321 §4.1.2, RFC 6531 §3.3 |
 * | address_list | From, To, Cc: mailboxes and groups | RFC 5322 §3.4, RFC 6532 |
 * | charset, charset_labels, utf7 | octets to text | RFC 2046 §4.1.2, RFC 2152 |
 * | date | Date | RFC 5322 §3.3, §4.3 |
 * | dsn, dsn_fields, dsn_original, dsn_text, dsn_words | delivery reports | RFC 3464, RFC 6522, RFC 6533 |
 * | encoded_word | text in header fields | RFC 2047 |
 * | entity_fields | what a header says about a body | RFC 2045, RFC 2183 |
 * | header | fields with their offsets, folding | RFC 5322 §2.2 |
 * | lexer, white_space | tokens of structured fields | RFC 5322 §3.2 |
 * | message_id | identifiers | RFC 5322 §3.6.4 |
 * | parameters | Content-Type, Content-Disposition | RFC 2045 §5.1, RFC 2231 |
 * | quoted_printable | writing it | RFC 2045 §6.7 |
 * | received | the trace field | RFC 5321 §4.4, RFC 3848 |
 * | reply | SMTP replies | RFC 5321 §4.2, RFC 2034 |
 * | srs | senders of forwarded mail | SRS |
 * | structure | the tree of entities with their offsets | RFC 2046 §5.1 |
 * | transfer_encoding | base64, quoted-printable | RFC 2045 §6 |
 * | xtext | parameters of DSN | RFC 3461 §4 |
 *
 * Leaves out: writing MIME other than reports, checking signatures, uuencode and
 * other encodings from before MIME.
 *
 * @module
 */

export * from "./address.ts";
export * from "./address_list.ts";
export * from "./charset.ts";
export * from "./date.ts";
export {
  type ComposedReport,
  composeReport,
  type DeliveryReport,
  type FutureRelease,
  REPORT_ORIGINAL_MAX,
  type ReportAction,
  type ReportRecipient,
} from "./dsn.ts";
export * from "./encoded_word.ts";
export * from "./entity_fields.ts";
export * from "./header.ts";
export * from "./message_id.ts";
export * from "./parameters.ts";
export * from "./quoted_printable.ts";
export * from "./received.ts";
export * from "./reply.ts";
export { isSrs, srsForward, type SrsOptions, srsReverse } from "./srs.ts";
export * from "./structure.ts";
export * from "./transfer_encoding.ts";
export * from "./xtext.ts";
export { trimWhiteSpace, unfold } from "./white_space.ts";
