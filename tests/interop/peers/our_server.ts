/** Our server with two accounts, as those who send and wait for what comes back see it. */

import { simpleParser } from "mailparser";
import { Buffer } from "node:buffer";
import { assert, assertMatch } from "@std/assert";
import { latin1Encode } from "../../../src/bytes/mod.ts";
import {
  LineClient,
  loginPop3,
  readMaildrop,
} from "../../harness/line_client.ts";
import { type Event, type Served, ServeSite } from "../../serve/serve_site.ts";
import type { Certified } from "./authority.ts";

export const ALICE = "alice@example.test";
const PASSWORD = "wonderland";
/** Milliseconds that anything may take on a busy machine. */
const PATIENCE = 8_000;

/** A recipient, and the parameters behind it ("NOTIFY=NEVER"). */
export type Goal = string | readonly [address: string, parameters: string];

export interface Submission {
  readonly to: readonly Goal[];
  /** Parameters of MAIL. */
  readonly parameters?: string;
  readonly subject?: string;
  /** Behind the header, a byte a code unit. */
  readonly body?: string;
  readonly from?: string;
}

/** A delivery report as mailparser reads it. */
export interface Report {
  readonly subject: string;
  readonly to: string;
  /** For people. */
  readonly text: string;
  /** message/delivery-status. */
  readonly status: string;
  /** The returned message, or its header. */
  readonly returned: { readonly type: string; readonly text: string };
}

export class OurServer {
  private constructor(readonly site: ServeSite, readonly served: Served) {}

  static async start(
    configuration: Readonly<Record<string, unknown>>,
    { authority, certificate }: {
      /** An authority in PEM form that it trusts. */
      readonly authority?: string;
      readonly certificate?: Certified;
    } = {},
  ): Promise<OurServer> {
    const site = await ServeSite.make({
      server_name: "mail.example.test",
      Accounts: {
        [ALICE]: PASSWORD,
        "bob@example.test": PASSWORD,
      },
      POP3: { allow_plaintext_auth: true },
      Stories: {},
      ...configuration,
      TLS: {
        ...authority !== undefined && { authorities: ["house.pem"] },
        ...certificate && {
          certificate_file: "mail.pem",
          certificate_key_file: "mail.key",
        },
      },
      SMTP: {
        allow_plaintext_auth: true,
        ...configuration.SMTP as Record<string, unknown>,
      },
    });
    if (authority !== undefined) {
      await Deno.writeTextFile(`${site.folder}/conf/house.pem`, authority);
    }
    if (certificate) {
      const { chain, key } = certificate;
      await Deno.writeTextFile(`${site.folder}/conf/mail.pem`, chain);
      await Deno.writeTextFile(`${site.folder}/conf/mail.key`, key);
    }
    return new OurServer(site, await site.serve());
  }

  /** Sends mail as alice; its id. */
  async submit(submission: Submission): Promise<string> {
    const reply = await this.trySubmit(submission);
    assertMatch(reply, /^250 /);
    return reply.trim().split(" ").at(-1)!;
  }

  /** Sends mail as alice; the last reply, or the first that refuses. */
  async trySubmit(submission: Submission): Promise<string> {
    const { from = ALICE, parameters = "", to } = submission;
    const client = await LineClient.connect(this.served.ports.submission!);
    try {
      await client.reply();
      await client.say("EHLO client.example.test");
      const login = btoa(`\0${ALICE}\0${PASSWORD}`);
      assertMatch(await client.say(`AUTH PLAIN ${login}`), /^235/);
      const commands = [
        `MAIL FROM:<${from}> ${parameters}`.trim(),
        ...to.map((goal) => {
          const [address, more] = typeof goal === "string" ? [goal, ""] : goal;
          return `RCPT TO:<${address}> ${more}`.trim();
        }),
        "DATA",
      ];
      for (const command of commands) {
        const reply = await client.say(toOctets(command));
        if (!/^[23]/.test(reply)) return reply;
      }
      const text = messageOf(submission);
      await client.send(text.replace(/^\./gm, "..") + ".\r\n");
      const reply = await client.reply();
      await client.say("QUIT");
      return reply;
    } finally {
      client.close();
    }
  }

  /** What becomes of a message's way to `address`: the first event of one of these names. */
  async fate(
    id: string,
    address: string,
    ...names: readonly string[]
  ): Promise<Event> {
    const wanted = names.length > 0
      ? names
      : ["delivered", "delivery_deferred", "delivery_refused"];
    return await until(
      `${wanted.join(" or ")} of ${id} to ${address}`,
      () =>
        this.served.events().find(({ event, id: of, to }) =>
          of === id && wanted.includes(String(event)) &&
          String(to).endsWith(`:${address}`)
        ),
      () => this.served.output(),
    );
  }

  async delivered(id: string, address: string): Promise<Event> {
    return await this.fate(id, address, "delivered", "delivery_refused")
      .then((event) => {
        assert(event.event === "delivered", JSON.stringify(event));
        return event;
      });
  }

  /** Waits for a message in a mailbox. */
  async message(
    fits: (text: string) => boolean,
    address = ALICE,
  ): Promise<string> {
    return await until(
      "a message in our mailbox",
      async () => (await this.mailbox(address)).find(fits),
      () => this.served.output(),
    );
  }

  async mailbox(address = ALICE): Promise<string[]> {
    const client = await loginPop3(this.served.ports.pop3!, address, PASSWORD);
    try {
      return [...(await readMaildrop(client)).values()];
    } finally {
      await client.send("QUIT\r\n");
      await client.line();
      client.close();
    }
  }

  /** Waits for the report on a message of that subject whose text fits. */
  async report(subject: string, action: string): Promise<Report> {
    const text = await this.message((text) =>
      text.includes("multipart/report") &&
      text.includes(`Subject: ${subject}\r\n`) &&
      text.includes(`Action: ${action}\r\n`)
    );
    return await readReport(text);
  }

  /** The values that a subcommand prints with --json. */
  async json(command: string): Promise<Record<string, unknown>[]> {
    const text = await this.site.command(`${command} --json`);
    return text.trim().split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  async stop(): Promise<number> {
    try {
      return await this.served.stop();
    } finally {
      await this.site[Symbol.asyncDispose]();
    }
  }
}

/** The octets that `submit` sends. */
export function messageOf(
  { from = ALICE, subject = "hello", body = "one line\r\n" }: Submission,
): string {
  return toOctets([
    `Subject: ${subject}`,
    `From: Alice <${from === "" ? ALICE : from}>`,
    "To: somebody@peers.test",
    "Date: Fri, 02 Jan 2026 03:04:05 +0000",
    `Message-ID: <${subject.replaceAll(" ", ".")}@client.example.test>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    "",
  ].join("\r\n")) + body;
}

/** UTF-8, a byte a code unit. */
function toOctets(text: string): string {
  return Array.from(
    new TextEncoder().encode(text),
    (octet) => String.fromCharCode(octet),
  ).join("");
}

async function readReport(text: string): Promise<Report> {
  const mail = await simpleParser(Buffer.from(latin1Encode(text)), {
    keepDeliveryStatus: true,
  });
  const [status, returned] = mail.attachments;
  return {
    subject: mail.subject ?? "",
    to: [mail.to].flat()[0]?.text ?? "",
    text: mail.text ?? "",
    status: status!.content.toString(),
    returned: {
      type: returned!.contentType,
      text: returned!.content.toString(),
    },
  };
}

/** Asks again until there is something; fails with `context` after a while. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  context: () => string | Promise<string> = () => "",
): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) {
      throw new Error(`There was no ${what}:\n${await context()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
