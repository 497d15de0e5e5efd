import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNetwork } from "./networkFile.ts";

const DEVICE = "devices: { fw: { reach: local, addresses: 10.0.0.1 } }";
const ZONES = `zones:
  lan: { device: fw, interfaces: lan, addresses: 10.0.0.0/24 }
  wan: { device: fw, interfaces: wan, addresses: internet }`;

const network = (...parts: readonly string[]) => [DEVICE, ZONES, ...parts].join("\n");

/** What is wrong, each as `line code message`. */
function problems(text: string): readonly string[] {
  return parseNetwork("n", text).diagnostics.map(
    ({ code, message, span }) => `${span?.line} ${code} ${message}`,
  );
}

test("the example has nothing to complain of", () => {
  expect(problems(readFileSync("examples/mail/premortem.yaml", "utf8"))).toEqual([]);
});

describe("a mistake is told at its line", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["a tab", "devices:\n\tfw: {}", "2 PM5001 Tabs are not allowed as indentation"],
    ["a key twice", `${DEVICE}\n${DEVICE}`, "2 PM5001 Map keys must be unique"],
    ["no devices", ZONES, "1 PM5002 `devices`: is missing"],
    ["nothing", "", "1 PM5002 `devices`: is missing"],
    ["a list", "- fw", "1 PM5002 the network file: has to be object"],
    ["an unknown key", network("zoens: {}"), "5 PM5002 `zoens` is no key of the network file"],
    [
      "an unknown key inside",
      network("roles: {}", "intents:", "  a: { form: lan, from: lan, to: wan, service: ssh }"),
      "7 PM5002 `form` is no key of `intents.a`",
    ],
    [
      "a missing key",
      network("intents:", "  a: { from: lan, service: ssh }"),
      "6 PM5002 `intents.a.to`: is missing",
    ],
    [
      "another kind of value",
      network("intents:", "  a: { from: lan, to: wan, service: ssh, critical: perhaps }"),
      "6 PM5002 `intents.a.critical`: has to be boolean",
    ],
    [
      "a word of no list",
      network("intents:", "  a: { from: lan, to: wan, service: ssh, expect: open }"),
      "6 PM5002 `intents.a.expect`: has to be `reachable` or `blocked`",
    ],
    [
      "a bad address",
      network("roles:", "  mail:", "    - 10.0.0.11", "    - 10.0.0.300"),
      "8 PM5003 `10.0.0.300` is no address, network or range",
    ],
    [
      "a range that ends before it begins",
      network("roles: { mail: 10.0.0.9-10.0.0.1 }"),
      "5 PM5003 `10.0.0.9-10.0.0.1` is no address, network or range",
    ],
    [
      "an unknown name",
      network("intents:", "  a: { from: lan, to: wlan, service: ssh }"),
      "6 PM5004 there is no role, zone or device `wlan`",
    ],
    [
      "a zone of no device",
      `${DEVICE}\nzones: { lan: { device: fw2, interfaces: lan, addresses: 10.0.0.0/24 } }`,
      "2 PM5004 there is no device `fw2`",
    ],
    [
      "a bad service",
      network("intents:", "  a: { from: lan, to: wan, service: tcp/70000 }"),
      "6 PM5005 `tcp/70000` is no service",
    ],
    [
      "a bad service of a name",
      network(
        "services:",
        "  web: [http, htps]",
        "intents:",
        "  a: { from: lan, to: wan, service: web }",
      ),
      "6 PM5005 `htps` is no service",
    ],
    [
      "an interface whose name is too long",
      `${DEVICE}\nzones:\n  lan: { device: fw, interfaces: [lan, interface-of-lan], addresses: 10.0.0.0/24 }`,
      "3 PM5015 `interface-of-lan` is no name of an interface",
    ],
    [
      "an interface without a name",
      `${DEVICE}\nzones:\n  lan: { device: fw, interfaces: "", addresses: 10.0.0.0/24 }`,
      "3 PM5015 `` is no name of an interface",
    ],
    [
      "half a service",
      network("intents:", "  a: { from: lan, to: wan, service: tcp/5432/6432 }"),
      "6 PM5005 `tcp/5432/6432` is no service",
    ],
    [
      "an alias that is not set",
      network("roles:", "  mail: 10.0.0.5", "  database: *nope"),
      "7 PM5001 there is no anchor `nope` before its alias",
    ],
    [
      "a name that no table can hold",
      "devices:\n  __proto__: { reach: local }\n  fw: { reach: local }\nzones: {}",
      "2 PM5001 nothing can be called `__proto__`",
    ],
    ["one name twice", network("roles: { lan: 10.0.0.5 }"), "5 PM5007 `lan` is two things"],
    [
      "a way to nowhere",
      "devices: { fw: { reach: 'telnet://fw' } }\nzones: {}",
      "1 PM5009 `telnet://fw` is no way to reach a device",
    ],
    [
      "an option in place of a host",
      "devices: { fw: { reach: 'ssh://-oProxyCommand=x' } }\nzones: {}",
      "1 PM5009 `ssh://-oProxyCommand=x` is no way to reach a device",
    ],
  ];
  test.each(cases)("%s", (_name, text, expected) => {
    expect(problems(text)).toContain(expected);
  });

  const ways = ["ssh://fw:0", "ssh://fw:70000", "ssh://fw:22:22", "ssh://[fw]", "ssh://a@b@fw"];
  test.each(ways)("%s", (way) => {
    expect(problems(`devices: { fw: { reach: '${way}' } }\nzones: {}`)).toEqual([
      `1 PM5009 \`${way}\` is no way to reach a device`,
    ]);
  });

  test.each(["constructor", "toString", "__proto__"])("a name like %s", (name) => {
    const found = problems(
      `${DEVICE}\nzones: { lan: { device: ${name}, interfaces: x, addresses: 10.0.0.0/24 } }\nintents:\n  a: { from: lan, to: fw, service: ${name} }\nmonitors:\n  m: { kind: counters, on: fw, flows: [{ from: ${name}, to: lan, service: ${name} }] }`,
    );
    expect(found).toEqual([
      `2 PM5004 there is no device \`${name}\``,
      `4 PM5005 \`${name}\` is no service`,
      `6 PM5004 there is no role, zone, device or address \`${name}\``,
      `6 PM5005 \`${name}\` is no service`,
    ]);
  });
});

test.each(["eth0", "interface-of-la", "eth*", "*", "wg-büro", "eth0.10@x"])(
  "an interface is called %s",
  (name) => {
    expect(
      problems(
        `${DEVICE}\nzones: { lan: { device: fw, interfaces: "${name}", addresses: 10.0.0.0/24 } }`,
      ),
    ).toEqual([]);
  },
);

test("what is right stays usable beside a mistake", () => {
  const { network: read, diagnostics } = parseNetwork(
    "n",
    network(
      "intents:",
      "  a: { from: lan, to: wan, service: ssh }",
      "  b: { from: lan, to: x, service: ssh }",
    ),
  );
  expect(diagnostics).toHaveLength(1);
  expect(read?.intents.map(({ id }) => id)).toEqual(["a", "b"]);
});

describe("a device is reached", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["local", { kind: "local" }],
    ["ssh://fw1", { kind: "ssh", target: "fw1", port: null }],
    ["ssh://ops@fw1:2222", { kind: "ssh", target: "ops@fw1", port: 2222 }],
    ["ssh://ops@2001:db8::1", { kind: "ssh", target: "ops@2001:db8::1", port: null }],
    ["ssh://ops@[2001:db8::1]", { kind: "ssh", target: "ops@2001:db8::1", port: null }],
    ["ssh://[2001:db8::1]:2222/", { kind: "ssh", target: "2001:db8::1", port: 2222 }],
    ["namespace:fw1", { kind: "namespace", name: "fw1" }],
    ["simulated:fw1", { kind: "simulated", name: "fw1" }],
  ];
  test.each(cases)("by %s", (reach, expected) => {
    const { network: read } = parseNetwork(
      "n",
      `devices: { fw: { reach: '${reach}' } }\nzones: {}`,
    );
    expect(read?.devices.get("fw")?.reach).toEqual(expected);
  });
});

test("aliases that blow a file up are refused", () => {
  const lines = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (let i = 0; i < 9; i++)
    lines.push(`k${i}: &k${i} [${`*${i === 0 ? "a" : `k${i - 1}`}, `.repeat(9)}]`);
  expect(problems(lines.join("\n"))).toEqual([expect.stringMatching(/^1 PM5001 .*alias/i)]);
});

test("any text is read or told to be wrong, never a crash", () => {
  const words = fc.constantFrom(...network("roles: {}", "intents: {}").split(/(\s|[:{},])/));
  const texts = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 40 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { network: read, diagnostics } = parseNetwork("n", text);
      expect(read !== null || diagnostics.length > 0).toBe(true);
    }),
    { seed: 1 },
  );
});
