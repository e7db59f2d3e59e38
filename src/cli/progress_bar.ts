/** A bar on standard error that shows how far something is; nothing where nobody watches. */

const WIDTH = 30;

export interface ProgressBar {
  show(done: number, total: number): void;
  clear(): void;
}

export function progressBar(): ProgressBar {
  if (!Deno.stderr.isTerminal()) return { show: () => {}, clear: () => {} };
  let shown = false;
  const write = (text: string) =>
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  return {
    show(done, total) {
      shown = true;
      write(`\r${barText(done, total)}`);
    },
    clear() {
      if (shown) write("\r\x1b[K");
    },
  };
}

/** "[#########·····················] 30 % of 100000". */
export function barText(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * WIDTH);
  const bar = "#".repeat(full) + "·".repeat(WIDTH - full);
  return `[${bar}] ${Math.floor(share * 100)} % of ${total}`;
}
