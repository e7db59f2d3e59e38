/** The stages by protocol: the folder of a script, or its `given protocol`, picks one. */

import { SmtpStage } from "./smtp_stage.ts";
import type { Stage } from "./stage.ts";

export const stages: Readonly<Record<string, () => Stage>> = {
  smtp: () => new SmtpStage(),
};
