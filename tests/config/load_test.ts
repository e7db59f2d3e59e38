import { assert, assertEquals } from "@std/assert";
import {
  type Configuration,
  defaultConfiguration,
  formatProblem,
  loadConfiguration,
  localDomains,
} from "../../src/config/mod.ts";
import { limits } from "../../src/wire/mod.ts";

function load(...texts: string[]): Configuration {
  const result = loadConfiguration(named(texts));
  if ("problems" in result) {
    throw new Error(result.problems.map(formatProblem).join("\n"));
  }
  return result.configuration;
}

function problemsOf(...texts: string[]): string[] {
  const result = loadConfiguration(named(texts));
  assert("problems" in result, "it loaded");
  return result.problems.map(formatProblem);
}

function named(texts: string[]) {
  return texts.map((text, index) => ({
    name: `conf/${"abc"[index]}.conf`,
    text,
  }));
}

Deno.test("a file in gomaild's manner loads, and its keys do what they say", async () => {
  const text = await Deno.readTextFile(
    new URL("../fixtures/config/gomaild.conf", import.meta.url),
  );
  const configuration = load(text);
  assertEquals(configuration.debug, true);
  assertEquals(configuration.server_name, "mail.example.org");
  assertEquals(configuration.POP3.fake_dele_cmd, true);
  assertEquals(configuration.POP3.timeout_message, "timeout");
  assertEquals(configuration.SMTP.ehlo_message, "you are welcome");
  assertEquals(configuration.SMTP.timeout, 300);
  assertEquals(configuration.TLS.all, [{
    certificate_file: "/etc/gomaild/server.crt",
    certificate_key_file: "/etc/gomaild/server.key",
  }]);
  assertEquals(
    Object.entries(configuration.Accounts).map(([name, { password }]) => [
      name,
      password,
    ]),
    [["test@example.com", "pass#word"], ["grüße@example.org", "Füße"]],
  );
  assertEquals(configuration.Aliases, {
    "info@example.org": ["test@example.com"],
  });
  assertEquals(localDomains(configuration), ["example.org", "example.com"]);
});

Deno.test("a timeout of 0 is the default and not, as in gomaild, at once", () => {
  const configuration = load(
    '{"POP3": {"timeout": 0}, "SMTP": {"timeout": 0}}',
  );
  assertEquals(configuration.POP3.timeout, limits.pop3.idle / 1000);
  assertEquals(configuration.SMTP.timeout, limits.smtp.idle / 1000);
});

Deno.test("nothing at all is the default configuration", () => {
  assertEquals(load("{}"), defaultConfiguration());
  assertEquals(defaultConfiguration().server_name, "localhost");
});

Deno.test("without a certificate the default listeners are those that work without", () => {
  assertEquals(
    load("{}").Listeners.map(({ kind, port }) => `${kind} ${port}`),
    ["smtp 25", "submission 587", "pop3 110", "imap 143"],
  );
  const tls = '{"TLS": {"certificate_file": "a", "certificate_key_file": "b"}}';
  assertEquals(
    load(tls).Listeners.map(({ kind, port }) => `${kind} ${port}`),
    [
      ...["smtp 25", "submission 587", "submissions 465"],
      ...["pop3 110", "pop3s 995", "imap 143", "imaps 993"],
    ],
  );
});

Deno.test("LMTP listens on loopback unless told otherwise", () => {
  assertEquals(load('{"Listeners": [{"kind": "lmtp"}]}').Listeners, [
    { kind: "lmtp", port: 24, addresses: ["127.0.0.1"], proxies: [] },
  ]);
});

Deno.test("relative paths start at the folder of their file", () => {
  const { TLS, data_folder } = load(
    '{"data_folder": "../data", "TLS": {"certificate_file": "cert.pem", "certificate_key_file": "/key.pem"}}',
  );
  assertEquals(data_folder, "data");
  assertEquals(TLS.all[0]!.certificate_file, "conf/cert.pem");
  assertEquals(TLS.all[0]!.certificate_key_file, "/key.pem");
});

Deno.test("files merge object by object", () => {
  const configuration = load(
    '{"SMTP": {"max_errors": 5}, "Accounts": {"a@example.org": "x"}}',
    '{"SMTP": {"max_recipients": 7}, "Accounts": {"b@example.org": {"password": "y", "legacy": true}}}',
  );
  assertEquals(configuration.SMTP.max_errors, 5);
  assertEquals(configuration.SMTP.max_recipients, 7);
  assertEquals(configuration.Accounts, {
    "a@example.org": {
      password: "x",
      enabled: true,
      receives: true,
      legacy: false,
    },
    "b@example.org": {
      password: "y",
      enabled: true,
      receives: true,
      legacy: true,
    },
  });
});

Deno.test("names and addresses come out in canonical form", () => {
  const configuration = load(
    '{"domain": "Bücher.Example", "Aliases": {"INFO@bücher.example": ["Bob@Example.NET"]}}',
  );
  assertEquals(configuration.domain, "xn--bcher-kva.example");
  assertEquals(configuration.Aliases, {
    "info@xn--bcher-kva.example": ["bob@example.net"],
  });
});

Deno.test("every error of every file is told at once, in the order of the files", () => {
  assertEquals(
    problemsOf(
      '{\n  "debgu": true,\n  "SMTP": {"timeout": "5"}\n}',
      '{"SMTP": {"timeout": 3}',
      '{"POP3": {"enable_stls": 1}, "SMTP": {"timeout": 7}}',
    ),
    [
      'conf/a.conf:2:3: "debgu" is not a known key; did you mean "debug"?',
      'conf/a.conf:3:12: "SMTP.timeout" is a text; a whole number was meant',
      'conf/b.conf:1:24: the file ends too early; a closing "}", "]", quote or "*/" was meant',
      'conf/c.conf:1:11: "POP3.enable_stls" is a number; true or false was meant',
      'conf/c.conf:1:39: "SMTP.timeout" is given twice; it stands at conf/a.conf:3:12 already',
    ],
  );
});

const wrong: readonly (readonly [text: string, problem: string])[] = [
  ["[]", '1:1: the file is no object; "{ … }" was meant'],
  [
    '{"timeout": 5}',
    '1:2: "timeout" is not a known key; did you mean "SMTP.timeout" or "POP3.timeout" or "IMAP.timeout"?',
  ],
  [
    '{"Log": {"colour": 5}}',
    '1:10: "Log.colour" is not a known key; one of "format", "level" was meant',
  ],
  ['{"zzzzz": 5}', '1:2: "zzzzz" is not a known key'],
  ['{"smtp": {}}', '1:2: "smtp" is not a known key; did you mean "SMTP"?'],
  [
    '{"SMTP": 5}',
    '1:2: "SMTP" is a number; an object was meant',
  ],
  [
    '{"SMTP": {"timeout": 1.5}}',
    '1:11: "SMTP.timeout" is a fraction; a whole number was meant',
  ],
  [
    '{"SMTP": {"timeout": -1}}',
    '1:11: "SMTP.timeout" is too small; 0 or more was meant',
  ],
  [
    '{"SMTP": {"start_greeting": "a\\nb"}}',
    '1:11: "SMTP.start_greeting" has a control character in it; one line of text was meant',
  ],
  [
    '{"debug": true, "debug": false}',
    '1:17: "debug" is given twice; it stands at conf/a.conf:1:2 already',
  ],
  [
    '{"debug": true, "debug": {}}',
    '1:17: "debug" is given twice; it stands at conf/a.conf:1:2 already',
  ],
  [
    '{"Log": {"format": "jsn"}}',
    '1:10: "Log.format" is "jsn"; did you mean "json"?',
  ],
  [
    '{"domain": "not a domain"}',
    '1:2: "domain" is no domain name ("not a domain"); one such as "example.org" was meant',
  ],
  [
    '{"domains": ["example.org", "-"]}',
    '1:29: "domains[1]" is no domain name ("-"); one such as "example.org" was meant',
  ],
  [
    '{"Accounts": {"alice": "x"}}',
    '1:15: "Accounts.alice" is no mail address ("alice"); one such as "alice@example.org" was meant',
  ],
  [
    '{"Accounts": {"a@example.org": "x", "A@EXAMPLE.org": "y"}}',
    '1:37: "Accounts["A@EXAMPLE.org"]" names "a@example.org" a second time',
  ],
  [
    '{"Accounts": {"a@example.org": ""}}',
    '1:15: "Accounts["a@example.org"]" is empty; a text was meant',
  ],
  [
    '{"Accounts": {"a@example.org": 12345}}',
    '1:15: "Accounts["a@example.org"]" is a number; a text in quotes or an object was meant',
  ],
  [
    '{"Accounts": {"a@example.org": {"password": "x", "legcay": true}}}',
    '1:50: "Accounts["a@example.org"].legcay" is not a known key; did you mean "legacy"?',
  ],
  [
    '{"Accounts": {"a@example.org": {"legacy": true}}}',
    '1:15: "Accounts["a@example.org"].password" is missing; a text in quotes was meant',
  ],
  [
    '{"Listeners": [{"kind": "smpt"}]}',
    '1:17: "Listeners[0].kind" is "smpt"; did you mean "smtp"?',
  ],
  [
    '{"Listeners": [{"kind": "smtp", "addresses": ["localhost"]}]}',
    '1:47: "Listeners[0].addresses[0]" is no IP address; one such as "127.0.0.1" or "::" was meant',
  ],
  [
    '{"Listeners": [{"kind": "smtp", "proxies": ["10.0.0.0/33"]}]}',
    '1:45: "Listeners[0].proxies[0]" is no IP address or range; one such as "10.0.0.0/8" was meant',
  ],
  [
    '{"Listeners": [{"kind": "smtp"}, {"kind": "lmtp", "port": 25, "addresses": ["::"]}]}',
    '1:34: "Listeners[1]" takes port 25 of ::, which "Listeners[0]" has already',
  ],
  [
    '{"Listeners": [{"kind": "pop3s"}]}',
    '1:17: "pop3s" begins with TLS, and there is no certificate; "TLS.certificate_file" was meant, too',
  ],
  [
    '{"Listeners": []}',
    '1:2: "Listeners" is empty; at least one entry was meant',
  ],
  [
    '{"TLS": {"certificate_file": "a"}}',
    '1:10: "TLS.certificate_file" stands alone; "TLS.certificate_key_file" was meant beside it',
  ],
  [
    '{"AliasDomains": {"example.com": "example.org"}}',
    '1:19: "example.org" is none of the domains that are kept here; one of "domain" and "domains" was meant',
  ],
  [
    '{"detail_separator": "++"}',
    '1:2: "detail_separator" is not one character of those that addresses may have; "+" was meant, or "" for none',
  ],
  [
    '{"Outbound": {"Routes": {"*": {"host": "a.test", "relay": true}}}}',
    '1:50: The route of "*" would take mail for everybody from anybody; the name of a domain was meant in place of "*"',
  ],
  [
    '{"Outbound": {"Routes": {"a.test": {"port": 25}}}}',
    '1:26: The route of "a.test" names no host; "host" was meant, or nothing but "tls"',
  ],
  [
    '{"Outbound": {"Routes": {"a.test": {"host": "b.test", "user": "c"}}}}',
    '1:55: "user" stands alone; "password" was meant beside it',
  ],
  [
    '{"Outbound": {"Routes": {"a.test": "drop"}}}',
    '1:26: "Outbound.Routes["a.test"]" is "drop"; one of "hold", "discard", "mx" was meant',
  ],
  [
    '{"Outbound": {"Routes": {"-a.test": "hold"}}}',
    '1:26: "Outbound.Routes["-a.test"]" is no domain ("-a.test"); one such as "example.org", ".example.org" or "*" was meant',
  ],
  [
    '{"Outbound": {"Routes": {"a.test": {"hots": "b.test"}}}}',
    '1:37: "Outbound.Routes["a.test"].hots" is not a known key; did you mean "host"?',
  ],
  [
    '{"DNS": {"validates": true}}',
    '1:10: "validates" stands alone; "servers" was meant beside it',
  ],
  [
    '{"DNS": {"servers": ["localhost"]}}',
    '1:22: "DNS.servers[0]" is no address of a server; one such as "127.0.0.1" or "[::1]:5353" was meant',
  ],
  ['{"__proto__": {"debug": true}}', '1:2: "__proto__" is not a known key'],
  ['{"constructor": 1}', '1:2: "constructor" is not a known key'],
];

for (const [text, problem] of wrong) {
  Deno.test(`loadConfiguration() refuses ${text}`, () => {
    assertEquals(problemsOf(text), [`conf/a.conf:${problem}`]);
  });
}
