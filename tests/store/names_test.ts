/** Tables for the pure parts: paths, file names, folder names. */

import { assertEquals, assertThrows } from "@std/assert";
import { accountPath, pathComponent } from "../../src/store/account_path.ts";
import {
  deliveryIdOf,
  deliveryKey,
  formatFileName,
  hostPart,
  keyOf,
  lettersOf,
  ownEmailId,
  parseFileName,
  uniqueIdOf,
  withLetters,
  withoutInfo,
} from "../../src/store/file_name.ts";
import {
  mailboxFolder,
  mailboxOfFolder,
  normalMailboxName,
} from "../../src/store/mailbox_name.ts";
import { modifiedUtf7Decode, modifiedUtf7Encode } from "../../src/bytes/mod.ts";
import { changedFlags, normalFlags } from "../../src/store/flags.ts";

Deno.test("accountPath() lets no byte of an address steer the path", () => {
  const table: [string, string][] = [
    ["alice@example.test", "example.test/alice"],
    ["Alice@EXAMPLE.test", "example.test/alice"],
    ["../../etc/passwd@example.test", "example.test/%2e./..%2fetc%2fpasswd"],
    ["a/b@example.test", "example.test/a%2fb"],
    ["..@..", "%2e./%2e."],
    [".@.", "%2e/%2e"],
    ["a\0b@x", "x/a%00b"],
    ["%2f@x", "x/%252f"],
    ["a b:c*@x", "x/a%20b%3ac%2a"],
    ["a+b_c-d=e@x", "x/a+b_c-d=e"],
    ["j\u00fcrgen@x", "x/j%c3%bcrgen"],
    ["ju\u0308rgen@x", "x/j%c3%bcrgen"],
    ["@x", "x/%empty"],
    ["a@", "%empty/a"],
    ["a@b@x", "x/a%40b"],
    ["system", "%/system"],
    ["", "%/%empty"],
    ["a@[ipv6:::1]", "%5bipv6%3a%3a%3a1%5d/a"],
  ];
  for (const [account, path] of table) {
    const expected = path.replace("%2e./..%2f", "%2e.%2f..%2f");
    assertEquals(accountPath(account), expected, account);
  }
});

Deno.test("pathComponent() keeps long names apart and within what file systems take", () => {
  const long = "\u00fc".repeat(200);
  const names = [long, long + "a", long.slice(1)].map(pathComponent);
  assertEquals(new Set(names).size, 3);
  for (const name of names) assertEquals(name.length <= 255, true);
  assertEquals(pathComponent("a".repeat(200)), "a".repeat(200));
});

Deno.test("a file name says all of a message and is read back", () => {
  const told = {
    key: "1700000000.Dab-1.mx.test",
    size: 4096,
    uid: 7,
    internalDate: 1_700_000_000_000,
    others: "",
    letters: "FS",
  };
  const name = "1700000000.Dab-1.mx.test,S=4096,U=7:2,FS";
  assertEquals(formatFileName(told, "cur"), name);
  assertEquals(parseFileName(name), told);
  const dated = { ...told, internalDate: 5000, served: 9, letters: "" };
  const other = "1700000000.Dab-1.mx.test,S=4096,U=7,T=5,W=9";
  assertEquals(formatFileName(dated, "new"), other);
  assertEquals(formatFileName(dated, "cur"), `${other}:2,`);
  assertEquals(parseFileName(other), dated);
  assertEquals(withLetters(other, "S"), `${other}:2,S`);
  assertEquals(keyOf(name), told.key);
});

Deno.test("a file name carries the EMAILID of a copy, and keywords that Maildir has no letters for", () => {
  const told = {
    key: "1700000000.Qab-1.mx.test",
    ...{ size: 1, uid: 7, internalDate: 5000, others: "" },
    emailId: "Dxyz_002e-1",
    letters: "Sa\u0100\u0105\u0106\u01ad",
  };
  const base = "1700000000.Qab-1.mx.test,S=1,U=7,T=5,E=Dxyz_002e-1";
  const name = `${base},K=hB${"A".repeat(26)}g:2,Sa`;
  assertEquals(formatFileName(told, "new"), name);
  assertEquals(parseFileName(name), told);
  assertEquals(lettersOf(name), told.letters);
  assertEquals(withLetters(name, "F"), `${base}:2,F`);
  assertEquals(withLetters(`${base}:2,F`, "S\u0100"), `${base},K=B:2,S`);
  assertEquals(withoutInfo(name), base);
  const own = { ...told, key: "1.Qabcdefgh-1.h", emailId: "Qabcdefgh-1" };
  assertEquals(formatFileName(own, "cur").includes("E="), false);
  assertEquals(ownEmailId(own.key), own.emailId);
  assertEquals(/^H[\w-]{32}$/.test(ownEmailId("1.M1P2.host")), true);
});

Deno.test("parseFileName() takes what other programs write, and believes no odd numbers", () => {
  const unknown = {
    size: undefined,
    uid: undefined,
    internalDate: undefined,
    others: "",
    letters: "",
  };
  const table: [string, ReturnType<typeof parseFileName>][] = [
    ["plain", { ...unknown, key: "plain" }],
    ["a b\n\xff", { ...unknown, key: "a b\n\xff" }],
    ["5.x:2,RS", { ...unknown, key: "5.x", internalDate: 5000, letters: "RS" }],
    ["x:1,foo", { ...unknown, key: "x" }],
    ["x,S=1e3,U=-1,U=0", { ...unknown, key: "x" }],
    ["x,U=99999999999999999999", { ...unknown, key: "x" }],
    ["x,W=12,Q=1", { ...unknown, key: "x", served: 12, others: ",Q=1" }],
    ["x,,=", { ...unknown, key: "x", others: ",,=" }],
    [".hidden", undefined],
    [",S=1", undefined],
    [":2,S", undefined],
    ["", undefined],
  ];
  for (const [name, expected] of table) {
    assertEquals(parseFileName(name), expected, name);
  }
});

Deno.test("uniqueIdOf() is the key where RFC 1939 allows it, else a hash of it", () => {
  assertEquals(uniqueIdOf("1.Q2.host"), "1.Q2.host");
  assertEquals(uniqueIdOf("a".repeat(70)), "a".repeat(70));
  for (const key of ["a".repeat(71), "with space", "\u00e4"]) {
    assertEquals(/^H[\w-]{43}$/.test(uniqueIdOf(key)), true, key);
  }
});

Deno.test("a delivery's name goes into the key and comes back", () => {
  for (const id of ["a-1", "x/y", "../..", "\u20ac", "_", "a.b,c:d"]) {
    const key = deliveryKey(12, id, "mx.test");
    assertEquals(/^12\.D[\w-]+\.mx\.test$/.test(key), true, key);
    assertEquals(deliveryIdOf(`${key},S=1,U=2:2,S`), id);
  }
  assertEquals(deliveryIdOf("12.Qa-1.mx.test,S=1"), undefined);
  assertEquals(deliveryIdOf("12.P123D4.mx.test"), undefined);
  assertThrows(() => deliveryKey(1, "x".repeat(101), "h"), RangeError);
});

Deno.test("hostPart() makes any server name fit for a file name", () => {
  assertEquals(hostPart("mx.example.test"), "mx.example.test");
  assertEquals(hostPart("a/b:c,d"), "a_b_c_d");
  assertEquals(hostPart(""), "denomaild");
});

Deno.test("modified UTF-7 round-trips, with the examples of RFC 3501 §5.1.3", () => {
  const table: [string, string][] = [
    [
      "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e",
      "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
    ],
    ["&", "&-"],
    ["a&b", "a&-b"],
    ["\u00e4\u00f6\u00fc", "&AOQA9gD8-"],
    ["\0\x7f\n", "&AAAAfwAK-"],
    ["\u{1f600}", "&2D3eAA-"],
    ["plain", "plain"],
  ];
  for (const [text, name] of table) {
    assertEquals(modifiedUtf7Encode(text), name);
    assertEquals(modifiedUtf7Decode(name), text);
  }
});

Deno.test("modified UTF-7 in any other form is none", () => {
  for (
    const name of [
      "&",
      "&AOQ",
      "&Jjo!",
      "&AGE-",
      "&A-",
      "&AOR-",
      "\u00e4",
      "&2D0-",
      "&AOQ-&APY-",
    ]
  ) {
    assertEquals(modifiedUtf7Decode(name), undefined, name);
  }
});

Deno.test("mailbox names have one folder each, and folders one name", () => {
  const table: [string, string][] = [
    ["INBOX", ""],
    ["Sent", ".Sent"],
    ["Lists/Deno", ".Lists.Deno"],
    ["INBOX/Sub", ".INBOX.Sub"],
    ["v1.0/x", ".v1\\2e0.x"],
    ["..", ".\\2e\\2e"],
    ["a\\b", ".a\\5cb"],
    ["\u00c4", ".&AMQ-"],
    ["a\0b", ".a&AAA-b"],
  ];
  for (const [name, folder] of table) {
    assertEquals(mailboxFolder(name), folder);
    if (folder) assertEquals(mailboxOfFolder(folder), name);
    assertEquals(normalMailboxName(name), name);
  }
  for (
    const folder of ["cur", ".", "..", ".a..b", ".a.", ".a\\2fb", ".&", ".a/b"]
  ) {
    assertEquals(mailboxOfFolder(folder), undefined, folder);
  }
  assertEquals(normalMailboxName("inbox/Sub"), "INBOX/Sub");
  assertThrows(() => normalMailboxName("x".repeat(255)));
});

Deno.test("changedFlags() adds, removes and replaces without regard to case", () => {
  const old = normalFlags(["zed", "\\Seen", "Alpha", "\\draft", "ALPHA"]);
  assertEquals(old, ["\\Draft", "\\Seen", "Alpha", "zed"]);
  assertEquals(changedFlags(old, "add", ["$forwarded", "alpha"]), [
    "\\Draft",
    "$Forwarded",
    "\\Seen",
    "Alpha",
    "zed",
  ]);
  assertEquals(changedFlags(old, "remove", ["\\SEEN", "ZED"]), [
    "\\Draft",
    "Alpha",
  ]);
  assertEquals(changedFlags(old, "replace", ["\\Recent", "x"]), ["x"]);
});
