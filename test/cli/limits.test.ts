import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

/** Rules over all fields at once: comparing two orders of them takes many seconds. */
function wild(seed: number): string {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  const address = () => `${1 + below(220)}.${below(256)}.${below(256)}.${below(256)}`;
  const port = () => {
    const from = below(60_000);
    return `${from}-${from + below(5000)}`;
  };
  const rules = Array.from({ length: 1500 }, () => {
    const verdict = below(2) === 0 ? "accept" : "drop";
    const ends = `ip saddr ${address()}/${6 + below(16)} ip daddr ${address()}/${6 + below(16)}`;
    return `    ${ends} tcp dport ${port()} tcp sport ${port()} ${verdict}`;
  });
  const begin =
    "table inet f {\n  chain f {\n    type filter hook forward priority 0; policy drop\n";
  return `${begin}${rules.join("\n")}\n  }\n}\n`;
}

const file = temporaryFiles({
  "one.nft": wild(1),
  "two.nft": wild(2),
  "premortem.yaml": `devices: { a: { reach: local } }
zones:
  lan: { device: a, interfaces: lan, addresses: 0.0.0.0/1 }
  wan: { device: a, interfaces: wan, addresses: 128.0.0.0/1 }
intents: { i: { from: lan, to: wan, service: tcp/1-65535 } }
`,
});

describe("what takes longer than `--time-limit` was not analysed", () => {
  test("in a diff, which is undecided", () => {
    const args = ["diff", "--time-limit", "0.2", file("one.nft"), file("two.nft")];
    const { out, code } = premortem([...args, "--json"]);
    const { equal, reasons, classes } = JSON.parse(out);
    expect({ equal, classes, code }).toEqual({ equal: "undecided", classes: [], code: 3 });
    expect(reasons).toEqual(["forward was not analysed: more than 0.2 s"]);
    expect(premortem([...args, "--allow-undecided"]).code).toBe(0);
  });

  test("in a check, whose intents are undecided", () => {
    const network = ["--network", file("premortem.yaml")];
    const args = ["check", "--time-limit", "0.05", ...network, file("one.nft"), "--json"];
    const { out, code } = premortem(args);
    expect(code).toBe(3);
    expect(JSON.parse(out).intents).toMatchObject([
      { status: "undecided", reasons: ["it needs more than 0.05 s"] },
    ]);
  });

  test("and work that is done by then is as proved as ever", () => {
    const same = ["examples/mail/edge.nft", "examples/mail/edge.nft"];
    expect(premortem(["diff", "--time-limit", "30", ...same]).code).toBe(0);
  });

  test.each(["0", "-1", "soon", "1e9"])("%s is no time", (wrong) => {
    const { error, code } = premortem(["diff", `--time-limit=${wrong}`, "a", "b"]);
    expect(error).toContain("Write a number of seconds");
    expect(code).toBe(2);
  });
});

test("Ctrl-C ends with 130, and says what was done", async () => {
  const child = spawn("bin/premortem", ["diff", "-", file("two.nft")]);
  const said = text(child.stderr);
  const ended = once(child, "exit");
  /* More than waits in a pipe: once all of it is written, most was read, and the work has begun. */
  child.stdin.end(`${"# a comment\n".repeat(200_000)}${wild(1)}`);
  await once(child.stdin, "finish");
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(await said).toMatch(/interrupted, while .*\n {2}= help: nothing is proved/);
});
