import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const EDGE = "examples/mail/edge.nft";
const MAIL = "tcp 10.10.2.11:40000 > 198.51.100.7:25 in=mail out=wan state=new";
const STRANGER = "tcp 10.10.9.9:40000 > 198.51.100.7:25 in=mail out=wan state=new";

function json(...args: readonly string[]) {
  return JSON.parse(premortem(["trace", ...args, "--json"]).out);
}

describe("trace tells", () => {
  test("verdict, rule, path and translation", () => {
    expect(json(EDGE, MAIL)).toMatchObject({
      formatVersion: 1,
      verdict: "accept",
      rejectWith: null,
      rule: { file: EDGE, line: 31, text: expect.stringMatching(/^ip saddr @mail_servers/) },
      policy: null,
      path: [
        { hook: "prerouting", table: "ip nat", chain: "prerouting", decision: "accept" },
        { hook: "forward", table: "inet edge", chain: "forward", rule: { line: 31 } },
        { hook: "postrouting", table: "ip nat", chain: "postrouting", rule: { line: 50 } },
      ],
      translated: "tcp 203.0.113.1:40000 > 198.51.100.7:25",
      outcomes: [{ verdict: "accept", when: [] }],
      variesBy: [],
      dependsOn: [],
    });
  });

  test("the policy where no rule decides", () => {
    expect(json(EDGE, STRANGER)).toMatchObject({
      verdict: "drop",
      rule: null,
      policy: { table: "inet edge", chain: "forward" },
    });
  });

  test("the same for iptables-save", () => {
    expect(json("examples/mail/edge.rules", MAIL)).toMatchObject({
      verdict: "accept",
      rule: { line: 23 },
      translated: "tcp 203.0.113.1:40000 > 198.51.100.7:25",
    });
  });

  test("which field left out would decide it", () => {
    const answer = json(EDGE, "tcp 10.10.9.9:40000 > 198.51.100.7:25 in=mail out=wan dir=original");
    expect(answer).toMatchObject({ verdict: "undecided", variesBy: ["ct state"], dependsOn: [] });
  });

  test("people the verdict first, and the line of the rule", () => {
    const { out, error } = premortem(["trace", EDGE, MAIL]);
    expect(out).toMatch(/^ACCEPT {2}tcp 10\.10\.2\.11:40000/);
    expect(out).toContain(`--> ${EDGE}:31`);
    expect(error).toBe("");
  });
});

describe("what an unknown reads is told with its line", () => {
  const file = temporaryFiles({
    "socket.nft":
      "table ip t {\n  chain c {\n    type filter hook input priority 0; policy accept;\n    tcp dport 22 meta cgroup 7 drop\n  }\n}\n",
  });

  test("meta cgroup", () => {
    const packet = "tcp 10.0.0.1:1024 > 10.0.0.2:22 in=eth0 state=new";
    const { code, out } = premortem(["trace", file("socket.nft"), packet, "--json"]);
    expect(code).toBe(3);
    const answer = JSON.parse(out);
    expect([...answer.dependsOn, ...answer.variesBy]).not.toEqual([]);
    expect(answer.outcomes).toHaveLength(2);
  });
});

describe("the path of a packet that names none", () => {
  const HOOKS: readonly (readonly [place: string, hook: string])[] = [
    ["in=mail out=wan", "forward"],
    ["in=lan", "input"],
    ["out=wan", "output"],
    ["in=lan path=forward", "forward"],
    ["hook=output", "output"],
  ];
  test.each(HOOKS)("%s is %s", (place, hook) => {
    const answer = json(EDGE, `tcp 10.10.1.9:40000 > 10.10.2.5:25 state=new ${place}`);
    const filters = answer.path.filter(({ table }: { table: string }) => table === "inet edge");
    expect(filters).toMatchObject([{ hook }]);
  });
});

describe("packets from a file", () => {
  const file = temporaryFiles({
    packets: `# mail\n${MAIL}\n\n${STRANGER}\n`,
    wrong: `${MAIL}\ntcp 10.0.0.1 >\n${MAIL}\n`,
    sequence: [
      "tcp 10.10.2.11:40000 > 198.51.100.7:25 in=mail out=wan flags=syn",
      "tcp 198.51.100.7:25 > 203.0.113.1:40000 in=wan out=mail flags=syn,ack",
      "wait 200s",
      "tcp 198.51.100.7:25 > 203.0.113.1:40000 in=wan out=mail flags=syn,ack",
    ].join("\n"),
    setup: JSON.stringify({
      interfaces: ["mail", "wan"],
      addresses: ["203.0.113.1/32 dev wan"],
      routes: ["10.10.2.0/24 dev mail", "default dev wan"],
    }),
  });
  const verdicts = (out: string) =>
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).verdict ?? "error");

  test("give one line of JSON each", () => {
    const { code, out } = premortem(["trace", EDGE, "--packets", file("packets")]);
    expect({ code, verdicts: verdicts(out) }).toEqual({ code: 0, verdicts: ["accept", "drop"] });
  });

  test("come from standard input as well", () => {
    const { code, out } = premortem(["trace", EDGE, "--packets", "-"], `${MAIL}\n${STRANGER}`);
    expect({ code, verdicts: verdicts(out) }).toEqual({ code: 0, verdicts: ["accept", "drop"] });
  });

  test("are all answered where one is wrong", () => {
    const { code, out, error } = premortem(["trace", EDGE, "--packets", file("wrong")]);
    expect(verdicts(out)).toEqual(["accept", "error", "accept"]);
    expect(error).toContain("packet in line 2");
    expect(code).toBe(2);
  });

  test("are played in order with memory: replies pass while the connection is known", () => {
    const args = ["--packets", file("sequence"), "--sequence", "--setup", file("setup")];
    const { code, out } = premortem(["trace", EDGE, ...args]);
    expect({ code, verdicts: verdicts(out) }).toEqual({
      code: 0,
      verdicts: ["accept", "accept", "drop"],
    });
  });
});

describe("between the packets of a sequence", () => {
  const DNS = "udp 10.0.0.5:40000 > 198.51.100.7:53 in=a0 out=b0";
  const file = temporaryFiles({
    "rules.nft": `table inet t {
 set s { type ipv4_addr; elements = { 10.0.0.5 }; }
 chain f {
  type filter hook forward priority 0; policy drop;
  ip saddr @s accept
  ct state established accept
 }
}
`,
    "rules.ipt": "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n",
  });

  function play(rules: string, ...lines: readonly string[]) {
    const args = ["trace", file(rules), "--packets", "-", "--sequence"];
    const { code, out, error } = premortem(args, lines.join("\n"));
    const verdicts = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).verdict);
    return { code, verdicts, error };
  }

  test("commands of nft change the ruleset, and what is refused does not", () => {
    const steps = [
      DNS,
      "nft delete element inet t s { 10.0.0.5 }",
      DNS,
      "nft delete element inet t s { 10.0.0.5 }",
      "nft 'add element inet t s { 10.0.0.5 }; add element inet t s { 10.0.0.6 }'",
      DNS,
    ];
    expect(play("rules.nft", ...steps)).toMatchObject({
      code: 2,
      verdicts: ["accept", "drop", "accept"],
      error: expect.stringMatching(/line 4: refused: `s` has no such element/),
    });
  });

  test("commands of iptables add to what is there", () => {
    const rule = "iptables -t filter -A FORWARD -p udp --dport 53 -j ACCEPT";
    expect(play("rules.ipt", DNS, rule, DNS)).toEqual({
      code: 0,
      verdicts: ["drop", "accept"],
      error: "",
    });
  });

  test("connections can be forgotten", () => {
    const reply = "udp 198.51.100.7:53 > 10.0.0.5:40000 in=b0 out=a0";
    const { verdicts } = play("rules.nft", DNS, reply, "conntrack -F", reply);
    expect(verdicts).toEqual(["accept", "accept", "drop"]);
  });

  test("what is no step is told", () => {
    expect(play("rules.nft", DNS, "nft", "conntrack -L", DNS).code).toBe(2);
  });
});

describe("exit codes", () => {
  const open = "tcp 10.10.9.9:40000 > 198.51.100.7:25 in=mail out=wan";
  const RUNS: readonly (readonly [code: number, ...args: readonly string[]])[] = [
    [0, "trace", EDGE, MAIL],
    [0, "trace", EDGE, STRANGER],
    [3, "trace", EDGE, open],
    [0, "trace", EDGE, open, "--allow-undecided"],
    [2, "trace", EDGE],
    [2, "trace"],
    [2, "trace", EDGE, MAIL, "--sequence"],
    [2, "trace", EDGE, MAIL, "--setup", "no-such-file"],
    [2, "trace", "no-such-file", MAIL],
    [2, "trace", EDGE, "--packets", "no-such-file"],
    [2, "trace", "-", "--packets", "-"],
    [2, "trac"],
    [2, "trace", "--jsn"],
    [0, "trace", "--help"],
    [0, "--help"],
    [0, "--version"],
    [0],
    [0, "lint", EDGE],
    [2, "lint"],
    [2, "lint", "no-such-file"],
    [0, "explain"],
    [0, "explain", "pm1010"],
    [2, "explain", "PM9999"],
  ];
  test("the version tells its commit and that of Node", () => {
    const { out } = premortem(["--version"]);
    expect(out).toMatch(/^\d+\.\d+\.\d+ \((commit [0-9a-f]{12}, )?Node v\d+\.\d+\.\d+\)\n$/);
  });

  for (const [code, ...args] of RUNS) {
    test(`${code}: premortem ${args.join(" ")}`, () => {
      expect(premortem(args).code).toBe(code);
    });
  }
});
