/**
 * What a server makes up, against what a script has in its place: UIDVALIDITY,
 * MAILBOXID, EMAILID. Each stands for the same thing wherever it comes again.
 *
 * @module
 */

/** Everything up to what is made up, and that itself. */
const MADE_UP =
  /(\[UIDVALIDITY |\(UIDVALIDITY |\bUIDVALIDITY |\[APPENDUID |\[COPYUID |MAILBOXID \(|EMAILID \(|QRESYNC \()([\w-]+)/g;

export class Counterparts {
  readonly #real = new Map<string, string>();
  readonly #scripted = new Map<string, string>();

  /** `actual`, as the script would have it in the place of `expected`. */
  asScripted(expected: string, actual: string): string {
    const wanted = [...expected.matchAll(MADE_UP)];
    const found = [...actual.matchAll(MADE_UP)];
    if (wanted.length !== found.length) return actual;
    wanted.forEach((match, i) =>
      this.#pair(kindOf(match), match[2]!, found[i]![2]!)
    );
    return replace(actual, this.#scripted);
  }

  /** What a script says, with what the server has in the place of what the script has. */
  asServed(text: string): string {
    return replace(text, this.#real);
  }

  #pair(kind: string, scripted: string, real: string): void {
    const [there, back] = [`${kind} ${scripted}`, `${kind} ${real}`];
    // Once they are a pair they stay one: a change shows as a difference.
    if (this.#real.has(there) || this.#scripted.has(back)) return;
    this.#real.set(there, real);
    this.#scripted.set(back, scripted);
  }
}

function replace(text: string, by: ReadonlyMap<string, string>): string {
  return text.replace(
    MADE_UP,
    (whole, before: string, value: string) => {
      const kind = kindOf([whole, before, value]);
      return before + (by.get(`${kind} ${value}`) ?? value);
    },
  );
}

/** APPENDUID, COPYUID and QRESYNC begin with a UIDVALIDITY. */
function kindOf([, before]: readonly string[]): string {
  const word = /[A-Z]+/.exec(before!)![0];
  return word.endsWith("ID") && !word.endsWith("UID") ? word : "UIDVALIDITY";
}
