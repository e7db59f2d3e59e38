/** A small IMAP client for tests: it says what it is told, and gathers what is answered. */

import { ConnectionGone, LineClient } from "./line_client.ts";

/** What a command was answered with. Literals stand where they were sent, behind their head. */
export interface Answer {
  readonly untagged: readonly string[];
  /** "OK [APPENDUID 1 2] APPEND completed": without the tag. */
  readonly status: string;
}

/** A message as {@linkcode ImapClient.messages} tells it. */
export interface Fetched {
  readonly uid: number;
  /** Sorted; \Recent is left out. */
  readonly flags: readonly string[];
  readonly octets: string;
}

export class ImapClient {
  #tag = 0;

  /** Over a connection that was greeted. */
  constructor(readonly line: LineClient) {}

  /** Connects and logs in. */
  static async login(
    port: number,
    account: string,
    password: string,
  ): Promise<ImapClient> {
    const client = new ImapClient(await LineClient.connect(port));
    await client.line.line();
    await client.ok(`LOGIN "${account}" "${password}"`);
    return client;
  }

  async say(command: string): Promise<Answer> {
    const tag = `t${++this.#tag}`;
    await this.line.send(`${tag} ${command}\r\n`);
    const untagged: string[] = [];
    while (true) {
      const response = await this.response();
      if (response.startsWith(`${tag} `)) {
        return { untagged, status: response.slice(tag.length + 1) };
      }
      untagged.push(response);
    }
  }

  /** As `say`; fails unless it is OK. A server that says goodbye is gone. */
  async ok(command: string): Promise<Answer> {
    const answer = await this.say(command);
    if (answer.status.startsWith("OK")) return answer;
    if (answer.untagged.some((line) => line.startsWith("* BYE"))) {
      throw new ConnectionGone(answer.status);
    }
    throw new Error(`${command.slice(0, 80)}: ${answer.status}`);
  }

  /** One response, with its literals. */
  async response(): Promise<string> {
    let text = await this.line.line();
    while (true) {
      const size = /\{(\d+)\}$/.exec(text)?.[1];
      if (size === undefined) return text;
      text += `\r\n${await this.line.exactly(Number(size))}`;
      text += await this.line.line();
    }
  }

  async append(
    mailbox: string,
    octets: string,
    flags = "()",
  ): Promise<{ uidValidity: number; uid: number }> {
    const { status } = await this.ok(
      `APPEND "${mailbox}" ${flags} {${octets.length}+}\r\n${octets}`,
    );
    const [, uidValidity, uid] = /\[APPENDUID (\d+) (\d+)\]/.exec(status)!;
    return { uidValidity: Number(uidValidity), uid: Number(uid) };
  }

  /** All messages of the mailbox that is open. */
  async messages(): Promise<Fetched[]> {
    const { untagged } = await this.ok("UID FETCH 1:* (UID FLAGS BODY.PEEK[])");
    return untagged.flatMap((response) => {
      const head =
        /^\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\) BODY\[\] \{(\d+)\}\r\n/
          .exec(response);
      if (!head) return [];
      const [whole, uid, flags, size] = head;
      return {
        uid: Number(uid),
        flags: flags!.split(" ")
          .filter((flag) => flag !== "" && flag !== "\\Recent").sort(),
        octets: response.slice(whole.length, whole.length + Number(size)),
      };
    });
  }

  close(): void {
    this.line.close();
  }
}
