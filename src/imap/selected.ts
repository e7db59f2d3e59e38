/**
 * The mailbox that a session has open (RFC 9051 §6.3.2).
 *
 * @module
 */

import type { Mailbox } from "../store/mod.ts";
import type { View } from "./view.ts";

export interface Selected {
  readonly mailbox: Mailbox;
  readonly view: View;
  /** EXAMINE: nothing may be changed. */
  readonly readOnly: boolean;
  /** What the last SEARCH saved: the UIDs behind `$` (RFC 9051 §6.4.4.1). */
  saved: ReadonlySet<number>;
  /** Resolves when the view hears of a change; renewed by whoever waits. */
  readonly changed: () => Promise<void>;
  /** Lets go of the mailbox. */
  readonly close: () => void;
}
