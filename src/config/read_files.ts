/** The files that a configuration names, read and checked: certificates, their keys, and authorities (RFC 7468). */

import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Named } from "./load.ts";
import { formatPath } from "./merge.ts";
import type { NamedFile, NamedPair } from "./named_files.ts";
import { type Problem, problemAt } from "./place.ts";
import { reasonOf } from "./read_sources.ts";

/** Days before a certificate's end from which on there is a warning. */
const WARN_DAYS = 14;
const DAY = 24 * 60 * 60 * 1000;

const HOLDS_NO_CERTIFICATE =
  'holds no certificate; a PEM file ("-----BEGIN CERTIFICATE-----") was meant';
const HOLDS_NO_KEY =
  "holds no private key; a PEM file without a passphrase was meant";

/** A certificate chain and its key, both PEM text. */
export interface CertificatePem {
  readonly certificate: string;
  readonly key: string;
}

/** What the files hold, and what is wrong with them. */
export interface FilesRead {
  /** The usable ones, in the order of the configuration. */
  readonly certificates: readonly CertificatePem[];
  /** In PEM form, a certificate each. */
  readonly authorities: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Reads every certificate and checks it: its key is its own, it is valid now. Of
 * authorities, that they can be read.
 *
 * @param now Milliseconds since 1970.
 */
export async function readFiles(
  { files, placeOf }: Named,
  now: number = Date.now(),
): Promise<FilesRead> {
  const certificates: CertificatePem[] = [];
  const authorities: string[] = [];
  const problems: Problem[] = [];
  const note: Note = ({ path }, what, severity) => {
    const message = `"${formatPath(path)}": ${what}`;
    problems.push(problemAt(placeOf(path) ?? "", message, severity));
  };
  for (const pair of files.pairs) {
    const pem = await readPair(pair, note, now);
    if (pem !== undefined) certificates.push(pem);
  }
  for (const file of files.authorities) {
    authorities.push(...await readAuthority(file, note, now));
  }
  return { certificates, authorities, problems };
}

type Note = (
  of: NamedFile,
  what: string,
  severity?: Problem["severity"],
) => void;

/** A certificate with its key; undefined where something is wrong with them, or missing. */
async function readPair(
  { certificate, key }: NamedPair,
  note: Note,
  now: number,
): Promise<CertificatePem | undefined> {
  const parseLeaf = (text: string) => new X509Certificate(text);
  const leaf = certificate &&
    await open(certificate, note, parseLeaf, HOLDS_NO_CERTIFICATE);
  const secret = key &&
    await open(key, note, createPrivateKey, HOLDS_NO_KEY);
  if (!leaf || !secret) return undefined;
  if (!leaf.opened.checkPrivateKey(secret.opened)) {
    note(
      key,
      `"${key.file}" is not the key of "${certificate.file}"; the key that the certificate was made with was meant`,
    );
    return undefined;
  }
  checkDates(leaf.opened, certificate, note, now);
  return { certificate: leaf.text, key: secret.text };
}

/** A PEM file with what `parse` makes of it. */
async function open<T>(
  file: NamedFile,
  note: Note,
  parse: (text: string) => T,
  otherwise: string,
): Promise<{ text: string; opened: T } | undefined> {
  const text = await readText(file, note);
  if (text === undefined) return undefined;
  const opened = attempt(() => parse(text));
  if (opened !== undefined) return { text, opened };
  note(file, `"${file.file}" ${otherwise}`);
  return undefined;
}

/** A file of authorities holds any number of these (RFC 7468 §5.1). */
const CERTIFICATE =
  /^-----BEGIN CERTIFICATE-----\r?$[^]+?^-----END CERTIFICATE-----/gm;

async function readAuthority(
  file: NamedFile,
  note: Note,
  now: number,
): Promise<readonly string[]> {
  const text = await readText(file, note);
  if (text === undefined) return [];
  const pems = text.match(CERTIFICATE) ?? [];
  const certificates = pems.map((pem) =>
    attempt(() => new X509Certificate(pem))
  );
  if (pems.length === 0 || certificates.includes(undefined)) {
    note(file, `"${file.file}" ${HOLDS_NO_CERTIFICATE}`);
    return [];
  }
  for (const one of certificates) checkDates(one!, file, note, now);
  return pems;
}

async function readText(
  file: NamedFile,
  note: Note,
): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file.file);
  } catch (error) {
    note(file, `Cannot read "${file.file}": ${reasonOf(error)}`);
    return undefined;
  }
}

// A warning only: a server with an old certificate serves better than none.
function checkDates(
  certificate: X509Certificate,
  file: NamedFile,
  note: Note,
  now: number,
): void {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  const warn = (what: string) =>
    note(file, `"${file.file}" ${what}`, "warning");
  if (now < from) warn(`is valid only from ${day(from)} on`);
  else if (now > to) warn(`is out of date since ${day(to)}`);
  else if (to - now < WARN_DAYS * DAY) {
    warn(`is valid only until ${day(to)}`);
  }
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
