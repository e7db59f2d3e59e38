/** The object `Sending`: how much an account may submit. */

import { z } from "zod";
import { dictionary, mailAddress } from "./kinds.ts";

const most = z.int().min(0);

const NAMES = {
  messages_per_hour: "Messages of one account in any hour.",
  messages_per_day: "Messages of one account in any day.",
  recipients_per_hour: "Recipients of one account's messages in any hour.",
  recipients_per_day: "Recipients of one account's messages in any day.",
};

export const sendingKeys = z.strictObject({
  Accounts: dictionary(
    mailAddress,
    z.strictObject({
      messages_per_hour: most.optional().describe(NAMES.messages_per_hour),
      messages_per_day: most.optional().describe(NAMES.messages_per_day),
      recipients_per_hour: most.optional().describe(NAMES.recipients_per_hour),
      recipients_per_day: most.optional().describe(NAMES.recipients_per_day),
    }),
  ).describe(
    "Accounts with limits of their own; for what is not said, the ones below count.",
  ).meta({
    examples: [{ "news@example.org": { recipients_per_day: 50000 } }],
  }),
  messages_per_hour: most.default(0).describe(NAMES.messages_per_hour),
  messages_per_day: most.default(0).describe(NAMES.messages_per_day),
  recipients_per_hour: most.default(0).describe(NAMES.recipients_per_hour),
  recipients_per_day: most.default(0).describe(NAMES.recipients_per_day),
});
