/** What `accounts/` cannot accept of a configuration, told with its place. */

import {
  type AccountsSetting,
  BadAccountsSetting,
  checkSetting,
} from "../accounts/mod.ts";
import {
  type Loaded,
  type Path,
  type Problem,
  problemAt,
  type Rejected,
} from "../config/mod.ts";
import { accountsSettingOf } from "../settings.ts";

/**
 * Checks accounts one by one, then all that is said of addresses together, which only
 * a whole configuration tells.
 */
export function checkAccounts(read: Loaded | Rejected): Problem[] {
  const problems = (part: AccountsSetting, path: Path): Problem[] =>
    problemsOf(part).map((message) =>
      problemAt(read.placeOf(path) ?? "", message)
    );
  const single = Array.from(
    read.passwords,
    ([address, password]) =>
      problems({ accounts: { [address]: password } }, ["Accounts", address]),
  );
  return [...single.flat(), ...problems(othersOf(read), [])];
}

function othersOf(read: Loaded | Rejected): AccountsSetting {
  if ("problems" in read) return {};
  const { accounts: _, ...others } = accountsSettingOf(read.configuration);
  return others;
}

function problemsOf(setting: AccountsSetting): readonly string[] {
  try {
    checkSetting(setting);
    return [];
  } catch (error) {
    if (error instanceof BadAccountsSetting) return error.problems;
    throw error;
  }
}
