/**
 * Mail addresses as values.
 *
 * @module
 */

/** One mailbox's address, parsed and normalised. */
export interface Address {
  /** As meant, without quotes and backslashes: `a b`, not `"a b"`. UTF-8 text in NFC. Case kept. */
  readonly localPart: string;
  /** Lower case; internationalised names as A-labels; an address literal with its brackets: "[192.0.2.1]". */
  readonly domain: string;
}
