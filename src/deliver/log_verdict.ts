/** One line in the log for each destination of an attempt. */

import type { Reply } from "../mail/mod.ts";
import type { Verdict } from "./conclude.ts";

export function logVerdict(
  log: (event: string, fields: Record<string, unknown>) => void,
  id: string,
  { fate, progress }: Verdict,
  tls: string | undefined,
): void {
  const { key, peer, action } = fate;
  const more = { ...peer !== undefined && { peer }, ...tls && { tls } };
  const about = { id, to: key, ...more };
  if (action === "delayed") {
    const next = new Date(progress!.next).toISOString();
    const reply = textOf(fate.reply);
    log("delivery_deferred", { level: "warn", ...about, reply, next });
  } else if (action === "failed") {
    log("delivery_refused", {
      level: "warn",
      ...about,
      reply: textOf(fate.reply),
    });
  } else {
    const reply = peer === undefined ? {} : { reply: textOf(fate.reply) };
    log("delivered", { ...about, ...reply });
  }
}

function textOf({ code, enhanced, lines }: Reply): string {
  const status = enhanced === undefined ? "" : `${enhanced} `;
  return `${code} ${status}${lines.join(" ")}`;
}
