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
} from "../config/mod.ts";
import { accountsSettingOf } from "../settings.ts";

/** Checks accounts one by one, then all that is said of addresses together. */
export function checkAccounts({ configuration, placeOf }: Loaded): Problem[] {
  const problems = (part: AccountsSetting, path: Path): Problem[] =>
    problemsOf(part).map((message) => problemAt(placeOf(path) ?? "", message));
  const { accounts = {}, ...others } = accountsSettingOf(configuration);
  return [
    ...Object.entries(accounts).flatMap(([address, account]) =>
      problems({ accounts: { [address]: account } }, ["Accounts", address])
    ),
    ...problems(others, []),
  ];
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
