/** A configuration folder with all that it names: what it says, and all that is wrong. */

import {
  type FilesRead,
  inOrder,
  type Loaded,
  readConfigurationFolder,
  readFiles,
} from "../config/mod.ts";
import { checkAccounts } from "./check_accounts.ts";

export interface Inspected extends FilesRead {
  /** undefined where the `*.conf` files alone have errors already. */
  readonly configuration: Loaded["configuration"] | undefined;
}

/** Reads the folder and its files. Never rejects: whatever is wrong is a problem. */
export async function inspectFolder(folder: string): Promise<Inspected> {
  const read = await readConfigurationFolder(folder);
  const files = await readFiles(read);
  return {
    ...files,
    configuration: "configuration" in read ? read.configuration : undefined,
    problems: inOrder([
      ..."problems" in read ? read.problems : [],
      ...checkAccounts(read),
      ...files.problems,
    ]),
  };
}
