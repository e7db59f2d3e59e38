import { assert, assertEquals } from "@std/assert";
import {
  formatProblem,
  loadConfiguration,
  readFiles,
} from "../../src/config/mod.ts";
import { selfSignedCertificate } from "../../src/net/mod.ts";

const NOW = Date.UTC(2030, 0, 15);
const DAY = 24 * 60 * 60 * 1000;

/** Writes `files` beside a configuration of `text`, and gives it loaded. */
async function prepare(text: string, files: Readonly<Record<string, string>>) {
  const folder = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, content);
  }
  const loaded = loadConfiguration([{ name: `${folder}/a.conf`, text }]);
  assert("configuration" in loaded);
  return { loaded, folder };
}

async function problemsOf(
  text: string,
  files: Readonly<Record<string, string>>,
  now = NOW,
): Promise<string[]> {
  const { loaded, folder } = await prepare(text, files);
  try {
    const { problems } = await readFiles(loaded, now);
    return problems.map((problem) =>
      formatProblem(problem).replaceAll(folder, "DIR")
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ONE =
  '{"TLS": {\n"certificate_file": "cert.pem",\n"certificate_key_file": "key.pem"}}';

Deno.test("a certificate with its own key is right", async () => {
  const { certificate, key } = await selfSignedCertificate(["a.example"], NOW);
  assertEquals(
    await problemsOf(ONE, { "cert.pem": certificate, "key.pem": key }),
    [],
  );
});

Deno.test("files that are missing are told with the places of their keys", async () => {
  assertEquals(await problemsOf(ONE, {}), [
    'DIR/a.conf:2:1: "TLS.certificate_file": Cannot read "DIR/cert.pem": it does not exist',
    'DIR/a.conf:3:1: "TLS.certificate_key_file": Cannot read "DIR/key.pem": it does not exist',
  ]);
});

Deno.test("files that are no PEM are told", async () => {
  assertEquals(
    await problemsOf(ONE, { "cert.pem": "hello", "key.pem": "world" }),
    [
      'DIR/a.conf:2:1: "TLS.certificate_file": "DIR/cert.pem" holds no certificate; a PEM file ("-----BEGIN CERTIFICATE-----") was meant',
      'DIR/a.conf:3:1: "TLS.certificate_key_file": "DIR/key.pem" holds no private key; a PEM file without a passphrase was meant',
    ],
  );
});

Deno.test("a key of another certificate is told, also of a further one", async () => {
  const own = await selfSignedCertificate(["a.example"], NOW);
  const other = await selfSignedCertificate(["b.example"], NOW);
  const text = `{"TLS": {
    "certificate_file": "cert.pem", "certificate_key_file": "key.pem",
    "Certificates": [
      {"certificate_file": "cert.pem", "certificate_key_file": "other.pem"}
    ]}}`;
  const files = {
    "cert.pem": own.certificate,
    "key.pem": own.key,
    "other.pem": other.key,
  };
  assertEquals(await problemsOf(text, files), [
    'DIR/a.conf:4:40: "TLS.Certificates[0].certificate_key_file": "DIR/other.pem" is not the key of "DIR/cert.pem"; the key that the certificate was made with was meant',
  ]);
});

Deno.test("a certificate near its end, behind it and before its start is a warning", async () => {
  const { certificate, key } = await selfSignedCertificate(["a.example"], NOW);
  const files = { "cert.pem": certificate, "key.pem": key };
  const at = (now: number) => problemsOf(ONE, files, now);
  const where =
    'DIR/a.conf:2:1: warning: "TLS.certificate_file": "DIR/cert.pem"';
  assertEquals(await at(NOW + 700 * DAY), []);
  assertEquals(await at(NOW + 720 * DAY), [
    `${where} is valid only until 2032-01-15`,
  ]);
  assertEquals(await at(NOW + 731 * DAY), [
    `${where} is out of date since 2032-01-15`,
  ]);
  assertEquals(await at(NOW - 2 * DAY), [
    `${where} is valid only from 2030-01-14 on`,
  ]);
});

Deno.test("readFiles() gives the PEM of all usable certificates in order", async () => {
  const first = await selfSignedCertificate(["a.example"], NOW);
  const second = await selfSignedCertificate(["b.example"], NOW);
  const text = `{"TLS": {"Certificates": [
    {"certificate_file": "1.pem", "certificate_key_file": "1.key"},
    {"certificate_file": "2.pem", "certificate_key_file": "2.key"}]}}`;
  const { loaded, folder } = await prepare(text, {
    "1.pem": first.certificate,
    "1.key": first.key,
    "2.pem": second.certificate,
    "2.key": second.key,
  });
  const { certificates, problems } = await readFiles(loaded, NOW);
  await Deno.remove(folder, { recursive: true });
  assertEquals(problems, []);
  assertEquals(certificates, [
    { certificate: first.certificate, key: first.key },
    { certificate: second.certificate, key: second.key },
  ]);
});

const HOUSE = '{"TLS": {"authorities": [\n"one.pem",\n"two.pem"]}}';

Deno.test("authorities that cannot be read, or are none, are told with their places", async () => {
  assertEquals(await problemsOf(HOUSE, { "two.pem": "hello" }), [
    'DIR/a.conf:2:1: "TLS.authorities[0]": Cannot read "DIR/one.pem": it does not exist',
    'DIR/a.conf:3:1: "TLS.authorities[1]": "DIR/two.pem" holds no certificate; a PEM file ("-----BEGIN CERTIFICATE-----") was meant',
  ]);
  const { certificate } = await selfSignedCertificate(["a.example"], NOW);
  const broken = certificate.replace(/\n.{8}/, "\nAAAAAAAA");
  assertEquals(
    await problemsOf(HOUSE, {
      "one.pem": certificate,
      "two.pem": certificate + broken,
    }),
    [
      'DIR/a.conf:3:1: "TLS.authorities[1]": "DIR/two.pem" holds no certificate; a PEM file ("-----BEGIN CERTIFICATE-----") was meant',
    ],
  );
});

Deno.test("an authority behind its end is a warning", async () => {
  const { certificate } = await selfSignedCertificate(["a.example"], NOW);
  const files = { "one.pem": certificate, "two.pem": certificate };
  const [first] = await problemsOf(HOUSE, files, NOW + 731 * DAY);
  assertEquals(
    first,
    'DIR/a.conf:2:1: warning: "TLS.authorities[0]": "DIR/one.pem" is out of date since 2032-01-15',
  );
});

Deno.test("readFiles() gives every certificate of every file, and no words around them", async () => {
  const pems = await Promise.all(
    ["a.example", "b.example", "c.example"].map(async (name) =>
      (await selfSignedCertificate([name], NOW)).certificate.trim()
    ),
  );
  const [a, b, c] = pems as [string, string, string];
  const { loaded, folder } = await prepare(HOUSE, {
    "one.pem": `# the house\r\n${a}\r\nand its annex\r\n${b}\r\n`,
    "two.pem": c,
  });
  const { authorities, problems } = await readFiles(loaded, NOW);
  await Deno.remove(folder, { recursive: true });
  assertEquals(problems, []);
  assertEquals(authorities, pems);
});
