/** Private authorities: for whom they vouch, and what bounds them (RFC 5280 §6.1). */

import { assertEquals } from "@std/assert";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { isVouchedFor } from "../../src/net/authorities.ts";

const DAY = 24 * 3600 * 1000;
const NOW = Date.now();
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

interface Party {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
}

/** A certificate with these extensions and no others, its own issuer unless there is one. */
async function certify(
  name: string,
  extensions: x509.Extension[],
  issuer?: Party,
  from = NOW - DAY,
): Promise<Party> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "01",
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date(from),
    notAfter: new Date(NOW + DAY),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions,
  });
  return { certificate, keys };
}

const isAuthority = (below?: number) =>
  new x509.BasicConstraintsExtension(true, below, true);
const isServer = new x509.BasicConstraintsExtension(false, undefined, true);
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
const usedFor = (...purposes: string[]) =>
  new x509.ExtendedKeyUsageExtension(purposes, true);
const signsCertificates = new x509.KeyUsagesExtension(
  x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
  true,
);
const signsOther = new x509.KeyUsagesExtension(
  x509.KeyUsageFlags.digitalSignature,
  true,
);
/** "Permitted: example.test" (RFC 5280 §4.2.1.10). */
const namesOnly = (isCritical: boolean) =>
  new x509.Extension(
    "2.5.29.30",
    isCritical,
    Uint8Array.fromHex("3010a00e300c820a6578616d706c652e"),
  );
const unheardOf = (isCritical: boolean) =>
  new x509.Extension("1.2.3.4", isCritical, Uint8Array.fromHex("0500"));

const root = await certify("root", [isAuthority(), signsCertificates]);
const middle = (...more: x509.Extension[]) =>
  certify("middle", [isAuthority(), ...more], root);
const below = (issuer: Party, ...more: x509.Extension[]) =>
  certify("mx.example.test", more, issuer);

type Row = readonly [claim: string, chain: Promise<Party>[], expected: boolean];

/** What a peer sends, and whether `root` vouches for it. */
async function table(): Promise<Row[]> {
  const plain = await middle();
  const rows = (
    claim: string,
    isVouched: boolean,
    ...chain: (Party | Promise<Party>)[]
  ): Row => [claim, chain.map((one) => Promise.resolve(one)), isVouched];
  const through = async (
    claim: string,
    isVouched: boolean,
    ...more: x509.Extension[]
  ) => {
    const between = await middle(...more);
    return rows(claim, isVouched, below(between), between);
  };
  const tight = await certify("tight", [isAuthority(0)], root);
  const under = await certify("under", [isAuthority()], tight);
  const server = await certify("server", [isServer], root);
  const old = await certify("old", [isAuthority()], root, NOW + DAY / 2);
  const stranger = await certify("root", [isAuthority()]);
  return [
    rows("signed by it", true, below(root)),
    rows("signed by one that it signed", true, below(plain), plain),
    rows("that one is not sent", false, below(plain)),
    rows("in another order", true, below(plain), root, plain),
    rows("of another authority of its name", false, below(stranger)),
    rows("below a server", false, below(server), server),
    rows("below one whose time has not come", false, below(old), old),
    rows("below one that may have nobody below", true, below(tight), tight),
    rows("and one more", false, below(under), under, tight),
    rows("for servers", true, below(root, usedFor(clientAuth, serverAuth))),
    rows("for clients only", false, below(root, usedFor(clientAuth))),
    rows("a critical extension", false, below(root, unheardOf(true))),
    rows("one that is not critical", true, below(root, unheardOf(false))),
    await through("through one that may sign", true, signsCertificates),
    await through("through one that may not", false, signsOther),
    await through("through one for clients", false, usedFor(clientAuth)),
    await through("through a choice of names", false, namesOnly(true)),
    await through("even if not critical", false, namesOnly(false)),
    rows("nothing", false),
  ];
}

for (const [claim, chain, expected] of await table()) {
  Deno.test(`an authority and a chain: ${claim}`, async () => {
    const sent = (await Promise.all(chain))
      .map(({ certificate }) => new Uint8Array(certificate.rawData));
    const trusted = [root.certificate.toString("pem")];
    assertEquals(isVouchedFor(sent, trusted, NOW), expected);
    assertEquals(isVouchedFor(sent, [], NOW), false);
  });
}

Deno.test("a server's own certificate may be trusted in the place of an authority", async () => {
  const server = await certify("mx.example.test", [isServer]);
  const raw = new Uint8Array(server.certificate.rawData);
  const pem = server.certificate.toString("pem");
  assertEquals(isVouchedFor([raw], [pem], NOW), true);
  assertEquals(isVouchedFor([raw], [pem], NOW + 2 * DAY), false);
});

Deno.test("what is no certificate is vouched for by nobody", () => {
  const trusted = [root.certificate.toString("pem")];
  for (const octets of ["", "30", "3082ffff", "300330010200"]) {
    const chain = [Uint8Array.fromHex(octets)];
    assertEquals(isVouchedFor(chain, trusted, NOW), false);
  }
});
