/** mailparser reads the delivery reports that `tests/fixtures/dsn` describes. */

import { simpleParser } from "mailparser";
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { composeReport } from "../../src/mail/mod.ts";
import { dsnFixtures } from "../mail/dsn_fixtures.ts";

/** The types of the second and the third part, by fixture. */
const PARTS: Readonly<Record<string, string[]>> = {
  binary: ["message/delivery-status", "text/rfc822-headers"],
  delayed: ["message/delivery-status", "text/rfc822-headers"],
  eight_bit: ["message/delivery-status", "message/rfc822"],
  eight_bit_elsewhere: ["message/delivery-status", "text/rfc822-headers"],
  expired: ["message/delivery-status", "message/rfc822"],
  failed: ["message/delivery-status", "message/rfc822"],
  failed_headers: ["message/delivery-status", "text/rfc822-headers"],
  hostile: ["message/delivery-status", "message/rfc822"],
  no_header: ["message/delivery-status", "message/rfc822"],
  relayed: ["message/delivery-status", "text/rfc822-headers"],
  several: ["message/delivery-status", "message/rfc822"],
  success: ["message/delivery-status", "text/rfc822-headers"],
  utf8_recipient: ["message/delivery-status", "message/global-headers"],
  utf8_sender: ["message/global-delivery-status", "message/global"],
};

for (const { name, report } of dsnFixtures()) {
  Deno.test(`mailparser reads the report "${name}"`, async () => {
    const { octets } = composeReport(report);
    const mail = await simpleParser(Buffer.from(octets), {
      keepDeliveryStatus: true,
    });

    assertEquals(mail.from?.value[0]?.address, report.postmaster);
    assertEquals([mail.to].flat()[0]?.text, report.to);
    assertEquals(mail.date?.getTime(), report.now);
    assertEquals(mail.headers.get("auto-submitted"), "auto-replied");
    const type = mail.headers.get("content-type") as unknown as {
      value: string;
      params: Record<string, string>;
    };
    assertEquals(type.value, "multipart/report");
    assertEquals(type.params["report-type"], "delivery-status");

    for (const { address } of report.recipients) {
      assert(mail.text?.includes(address.split("\r\n")[0]!), mail.text);
    }
    assertEquals(mail.attachments.map((one) => one.contentType), PARTS[name]);
    const status = mail.attachments[0]!.content.toString();
    for (const { action } of report.recipients) {
      assert(status.includes(`\r\nAction: ${action}\r\n`), status);
    }
    assertMatch(status, /\r\nStatus: [245]\.\d+\.\d+\r\n/);
  });
}
