/** The stages by protocol: the folder of a script, or its `given protocol`, picks one. */

import { ImapStage } from "./imap_stage.ts";
import { Pop3Stage } from "./pop3_stage.ts";
import { SmtpStage } from "./smtp_stage.ts";
import { SmtpClientStage } from "./smtp_client_stage.ts";
import type { Stage } from "./stage.ts";

export const stages: Readonly<Record<string, () => Stage>> = {
  imap: () => new ImapStage(),
  pop3: () => new Pop3Stage(),
  smtp: () => new SmtpStage(),
  smtp_client: () => new SmtpClientStage(),
};
