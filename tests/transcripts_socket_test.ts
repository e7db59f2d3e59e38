/** Plays the scripts that need no clock of their own against a real server, over sockets. */

import { assertEquals } from "@std/assert";
import { listTranscripts, readFixture } from "./harness/list_transcripts.ts";
import { play } from "./harness/player.ts";
import {
  ImapSocketStage,
  isConfigurableImap,
} from "./harness/imap_socket_stage.ts";
import {
  isConfigurable,
  type RealServer,
  SocketStage,
} from "./harness/socket_stage.ts";
import { type Served, ServeSite } from "./serve/serve_site.ts";

const TLS = {
  certificate_file: "localhost.pem",
  certificate_key_file: "localhost.key",
};

/** Fewer would mean that scripts are left out unnoticed. */
const LEAST = 150;

Deno.test("transcripts over sockets, against a real server", async (t) => {
  await using site = await ServeSite.make({ TLS });
  const ca = await site.certify("localhost");
  await using served = await site.serve();
  const server = realServer(site, served, ca);
  // POP3 first: what the others send would come into its maildrops.
  const scripts = (await listTranscripts())
    .filter((script) => isConfigurable(script) || isConfigurableImap(script))
    .sort((a, b) => a.protocol < b.protocol ? -1 : 1);
  for (const script of scripts) {
    await t.step(`${script.path}: ${script.claim}`, async () => {
      for (const mode of ["line by line", "pipelined"] as const) {
        if (mode === "pipelined" && script.lockstep) continue;
        const stage = script.protocol === "imap"
          ? new ImapSocketStage(server)
          : new SocketStage(server, script.protocol);
        let left: string;
        try {
          await play(script, stage, { mode, fixture: readFixture });
        } finally {
          left = await stage.close();
        }
        assertEquals(left, "", "the server said more than the script has");
      }
    });
  }
  assertEquals(
    scripts.length >= LEAST,
    true,
    `only ${scripts.length} were played`,
  );
});

function realServer(site: ServeSite, served: Served, ca: string): RealServer {
  let unique = 0;
  return {
    ports: served.ports,
    ca,
    configure: async (keys) => {
      await site.configure({ TLS, Log: { level: "info" }, ...keys });
      const { event, error } = await served.reload();
      assertEquals(event, "reloaded", String(error));
    },
    deliver: async (account, messages) => {
      const folder = inboxOf(site.data, account);
      for (const name of ["new", "cur", "tmp"]) {
        await Deno.mkdir(`${folder}/${name}`, { recursive: true, mode: 0o700 });
        for await (const { name: file } of Deno.readDir(`${folder}/${name}`)) {
          await Deno.remove(`${folder}/${name}/${file}`);
        }
      }
      for (const octets of messages) {
        const name = `${1_700_000_000 + unique++}.script.test`;
        await Deno.writeFile(`${folder}/tmp/${name}`, octets);
        await Deno.rename(`${folder}/tmp/${name}`, `${folder}/new/${name}`);
      }
    },
  };
}

/** As `store/` has it: what is no letter, digit or "._+=-" is escaped. */
function inboxOf(data: string, account: string): string {
  const [local, domain] = account.toLowerCase().split("@");
  const escaped = encodeURIComponent(local!).toLowerCase();
  return `${data}/mail/${domain}/${escaped}`;
}
