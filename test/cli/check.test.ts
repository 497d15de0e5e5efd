import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const MAIL = "examples/mail";

interface Checked {
  readonly id: string;
  readonly status: string;
  readonly part: string | null;
  readonly example: string | null;
  readonly by: { readonly rule?: { readonly line: number; readonly text: string } } | null;
  readonly reasons: readonly string[];
}

function check(...args: readonly string[]): {
  readonly code: number | null;
  readonly intents: readonly Checked[];
} {
  const { out, code } = premortem(["check", ...args, "--json"]);
  return { code, intents: JSON.parse(out).intents };
}

describe.each(["nft", "rules"])("the intents of the mail network, in .%s", (dialect) => {
  const versions: readonly (readonly [string, readonly string[]])[] = [
    ["edge", []],
    ["edge-first", ["mail-out", "mail-names", "mail-users"]],
    ["edge-behind", ["mail-out", "mail-names", "mail-users"]],
    ["edge-internet", ["mail-out", "mail-names"]],
  ];
  test.each(versions)("%s", (version, broken) => {
    const { code, intents } = check(`${MAIL}/${version}.${dialect}`);
    expect(code).toBe(broken.length > 0 ? 1 : 0);
    const found = intents.filter(({ status }) => status !== "holds");
    expect(found.map(({ id }) => id)).toEqual(broken);
    for (const { status, by, example } of found) {
      expect(status).toBe("broken");
      expect(by?.rule?.text).toContain("temp: printer noise");
      expect(example).toContain("in=dmz");
    }
  });
});

describe("what cannot be asked is told with a remedy", () => {
  const TWO = "devices: { a: { reach: local }, b: { reach: local } }\nzones: {}\n";
  const file = temporaryFiles({
    "rules.nft": "table inet t {\n}\n",
    "two.yaml": TWO,
    "bad.yaml": "devices: {}\nzones: {}\nroles: { mail: 10.0.0.300 }\n",
  });
  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ["no network file", () => ["--network", file("none.yaml")], /does not exist/],
    ["none here, nor named", () => [], /name the network file with --network/],
    ["errors in it", () => ["--network", file("bad.yaml")], /bad\.yaml:3:16[\s\S]*help: write/],
    ["two devices", () => ["--network", file("two.yaml")], /name one with --device: a, b/],
    [
      "an unknown device",
      () => ["--network", file("two.yaml"), "--device", "c"],
      /no device `c`[\s\S]*a, b/,
    ],
  ];
  test.each(cases)("%s", (_name, args, message) => {
    const { code, error } = premortem(["check", file("rules.nft"), ...args()]);
    expect(error).toMatch(message);
    expect(code).toBe(2);
  });

  test("codes are explained", () => {
    expect(premortem(["explain", "PM5003"]).out).toContain("unreadable address");
  });

  test("and no intents are no proof", () => {
    const args = ["check", file("rules.nft"), "--network", file("two.yaml"), "--device", "a"];
    expect(premortem(args).out).toContain("nothing was proved");
  });
});

describe("an end that nobody filters", () => {
  const file = temporaryFiles({
    "rules.nft": "table inet t {\n}\n",
    "premortem.yaml": `devices: { a: { reach: local } }
zones: { lan: { device: a, interfaces: lan, addresses: 10.0.0.0/24 } }
roles: { one: 10.0.0.1, two: 10.0.0.2 }
intents: { i: { from: one, to: two, service: ssh } }
`,
  });
  test("is undecided, with the reason", () => {
    const { code, intents } = check(file("rules.nft"), "--network", file("premortem.yaml"));
    expect(code).toBe(3);
    expect(intents).toMatchObject([
      { status: "undecided", reasons: [expect.stringContaining("no device stands between")] },
    ]);
    expect(
      premortem([
        "check",
        file("rules.nft"),
        "--network",
        file("premortem.yaml"),
        "--allow-undecided",
      ]).code,
    ).toBe(0);
  });
});
