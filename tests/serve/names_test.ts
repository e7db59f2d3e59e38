/** Several certificates, chosen by the name that the client asks for (RFC 6066 §3). */

import { assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { connectSecure, startTls } from "./secure_client.ts";
import { ServeSite } from "./serve_site.ts";

const files = (name: string) => ({
  certificate_file: `certificates/${name}.pem`,
  certificate_key_file: `certificates/${name}.key`,
});

Deno.test("each name gets its certificate, over STARTTLS and over implicit TLS; others get the first", async () => {
  await using site = await ServeSite.make({
    TLS: {
      ...files("a.example.test"),
      Certificates: [files("b.example.test")],
    },
  });
  const folder = `${site.folder}/conf/certificates`;
  const a = await site.certify("a.example.test", folder);
  const b = await site.certify("b.example.test", folder);
  await using server = await site.serve();
  const { smtp, submissions, pop3s } = server.ports as Record<string, number>;
  for (const [name, ca] of [["a.example.test", a], ["b.example.test", b]]) {
    const early = await startTls(smtp!, name!, ca!);
    assertStringIncludes(await early.say("EHLO client.example.org"), "250 ");
    early.close();
    for (const port of [submissions!, pop3s!]) {
      const client = await connectSecure(port, name!, ca!);
      assertMatch(await client.line(), /^(?:220 |\+OK )/);
      client.close();
    }
  }
  // The certificate of another name would not be trusted: it is the one that was asked for.
  await assertRejects(() => connectSecure(pop3s!, "a.example.test", b), Error);
  await assertRejects(
    () => connectSecure(pop3s!, "c.example.test", b),
    Error,
    "UnknownIssuer",
  );
  await assertRejects(
    () => connectSecure(pop3s!, "c.example.test", a),
    Error,
    "not valid for name",
  );
});
