/** Whether the files that a configuration names can be used: certificates, their keys, and authorities (RFC 7468). */

import { createPrivateKey, X509Certificate } from "node:crypto";
import type { CertificateFiles } from "./configuration.ts";
import type { Loaded } from "./load.ts";
import { formatPath, type Path } from "./merge.ts";
import { type Problem, problemAt } from "./place.ts";
import { reasonOf } from "./read_sources.ts";

/** Days before a certificate's end from which on `checkFiles` warns. */
const WARN_DAYS = 14;
const DAY = 24 * 60 * 60 * 1000;

/** A certificate chain and its key, both PEM text. */
export interface CertificatePem {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Checks every certificate: it can be read, its key is its own, it is valid now. Of
 * authorities, that they can be read.
 *
 * @param now Milliseconds since 1970.
 */
export async function checkFiles(
  loaded: Loaded,
  now: number = Date.now(),
): Promise<Problem[]> {
  const certificates = await readCertificates(loaded, now);
  const authorities = await readAuthorities(loaded, now);
  return [...certificates.problems, ...authorities.problems];
}

/**
 * Reads every certificate and checks it as {@linkcode checkFiles} does.
 *
 * @returns The usable ones, in the order of the configuration, and all problems.
 */
export async function readCertificates(
  loaded: Loaded,
  now: number = Date.now(),
): Promise<{ certificates: CertificatePem[]; problems: Problem[] }> {
  const certificates: CertificatePem[] = [];
  const problems: Problem[] = [];
  for (const files of loaded.configuration.TLS.all) {
    const note: Note = (key, message, severity) =>
      problems.push(problemOf(loaded, [...files.path, key], message, severity));
    const pem = await readPair(files, note);
    if (pem !== undefined && checkPair(pem, files, note, now)) {
      certificates.push(pem);
    }
  }
  return { certificates, problems };
}

/** A file of the second kind holds any number of these (RFC 7468 §5.1). */
const CERTIFICATE =
  /^-----BEGIN CERTIFICATE-----\r?$[^]+?^-----END CERTIFICATE-----/gm;

/**
 * Reads the authorities that are trusted beside the public ones.
 *
 * @returns In PEM form, a certificate each, and all problems.
 */
export async function readAuthorities(
  loaded: Loaded,
  now: number = Date.now(),
): Promise<{ authorities: string[]; problems: Problem[] }> {
  const authorities: string[] = [];
  const problems: Problem[] = [];
  for (const [index, file] of loaded.configuration.TLS.authorities.entries()) {
    const note = (message: string, severity?: Problem["severity"]) => {
      const path = ["TLS", "authorities", index];
      problems.push(problemOf(loaded, path, message, severity));
    };
    const text = await Deno.readTextFile(file).catch((error) => {
      note(`Cannot read "${file}": ${reasonOf(error)}`);
    });
    if (text === undefined) continue;
    const pems = text.match(CERTIFICATE) ?? [];
    const certificates = pems.map((pem) =>
      attempt(() => new X509Certificate(pem))
    );
    if (pems.length === 0 || certificates.includes(undefined)) {
      note(holdsNone(file));
      continue;
    }
    for (const certificate of certificates) {
      checkDates(certificate!, file, (text) => note(text, "warning"), now);
    }
    authorities.push(...pems);
  }
  return { authorities, problems };
}

function holdsNone(file: string): string {
  return `"${file}" holds no certificate; a PEM file ("-----BEGIN CERTIFICATE-----") was meant`;
}

type Note = (
  key: "certificate_file" | "certificate_key_file",
  message: string,
  severity?: Problem["severity"],
) => void;

function problemOf(
  { placeOf }: Loaded,
  path: Path,
  message: string,
  severity: Problem["severity"] = "error",
): Problem {
  return problemAt(
    placeOf(path) ?? "",
    `"${formatPath(path)}": ${message}`,
    severity,
  );
}

async function readPair(
  files: CertificateFiles,
  note: Note,
): Promise<CertificatePem | undefined> {
  const read = async (key: "certificate_file" | "certificate_key_file") => {
    try {
      return await Deno.readTextFile(files[key]);
    } catch (error) {
      note(key, `Cannot read "${files[key]}": ${reasonOf(error)}`);
      return undefined;
    }
  };
  const certificate = await read("certificate_file");
  const key = await read("certificate_key_file");
  if (certificate === undefined || key === undefined) return undefined;
  return { certificate, key };
}

function checkPair(
  pem: CertificatePem,
  files: CertificateFiles,
  note: Note,
  now: number,
): boolean {
  const certificate = attempt(() => new X509Certificate(pem.certificate));
  if (certificate === undefined) {
    note("certificate_file", holdsNone(files.certificate_file));
  }
  const key = attempt(() => createPrivateKey(pem.key));
  if (key === undefined) {
    note(
      "certificate_key_file",
      `"${files.certificate_key_file}" holds no private key; a PEM file without a passphrase was meant`,
    );
  }
  if (certificate === undefined || key === undefined) return false;
  if (!certificate.checkPrivateKey(key)) {
    note(
      "certificate_key_file",
      `"${files.certificate_key_file}" is not the key of "${files.certificate_file}"; the key that the certificate was made with was meant`,
    );
    return false;
  }
  const warn = (message: string) =>
    note("certificate_file", message, "warning");
  checkDates(certificate, files.certificate_file, warn, now);
  return true;
}

// A warning only: a server with an old certificate serves better than none.
function checkDates(
  certificate: X509Certificate,
  file: string,
  warn: (message: string) => void,
  now: number,
): void {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  const about = `"${file}" is`;
  if (now < from) warn(`${about} valid only from ${day(from)} on`);
  else if (now > to) warn(`${about} out of date since ${day(to)}`);
  else if (to - now < WARN_DAYS * DAY) {
    warn(`${about} valid only until ${day(to)}`);
  }
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
