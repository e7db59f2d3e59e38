/** The program run as its users run it, with the rights that it needs and no more. */

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** A configuration and a data folder, and the program run as its users run it. */
export class Site {
  private constructor(readonly folder: string) {}

  static async make(configuration: string): Promise<Site> {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/conf`);
    await Deno.writeTextFile(`${folder}/conf/a.conf`, configuration);
    return new Site(folder);
  }

  async run(line: string, input = "") {
    const { folder } = this;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", `--allow-read=${folder}`],
        ...[`--allow-write=${folder}/data`, MAIN, ...line.split(" ")],
        ...["--config", `${folder}/conf`, "--data", `${folder}/data`],
      ],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    // A program that refuses to read has closed its end already.
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
    return { code, out: text(stdout), err: text(stderr) };
  }

  async [Symbol.asyncDispose]() {
    await Deno.remove(this.folder, { recursive: true });
  }
}
