import { describe, expect, test } from "vitest";
import { single } from "../base/range.ts";
import type { Device } from "../device/device.ts";
import { judgeIntents } from "./judge.ts";
import type { End, FlowPattern, IntentAnswer, IntentKind, Service } from "./model.ts";
import { end, forward, parse, tcp } from "./testing/patterns.ts";

const MAIL = end("10.10.2.11 10.10.2.12", "dmz");
const INTERNET = end("198.51.100.0/24", "wan");

function judge(device: Device, kind: IntentKind, ...flows: FlowPattern[]): IntentAnswer {
  const [answer] = judgeIntents(device, [{ kind, flows }]);
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

const inForward = (rules: string, more = "") =>
  parse(`table inet t {
 ${more}
 chain f {
  type filter hook forward priority 0; policy drop;
  ${rules.split(" / ").join("\n  ")}
 }
}
`);

const OUT = 'ip saddr 10.10.2.8/29 oifname "wan" tcp dport 25 accept';
const BACK = "ct state established accept";

describe("reachable", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["holds with both directions open", `${BACK} / ${OUT}`, "holds"],
    ["is broken without a way back", OUT, "broken reply"],
    [
      "is broken where one of the hosts is missing",
      `${BACK} / ip saddr 10.10.2.11 accept`,
      "broken first",
    ],
    ["is broken by a drop in front", `ip saddr 10.10.2.12 drop / ${BACK} / ${OUT}`, "broken first"],
    [
      "is broken by a drop of what follows",
      `ip saddr 10.10.2.12 ct state established drop / ${BACK} / ${OUT}`,
      "broken later",
    ],
    ["holds behind a drop of other hosts", `ip saddr 10.10.2.13 drop / ${BACK} / ${OUT}`, "holds"],
    [
      "holds with flags of new connections",
      `tcp flags & (syn|ack|rst|fin) != syn ct state new drop / ${BACK} / ${OUT}`,
      "holds",
    ],
    [
      "is broken by a drop of replies' flags",
      `tcp flags & (syn|ack) == syn|ack drop / ${BACK} / ${OUT}`,
      "broken reply",
    ],
    ["hangs on a limiter", `${BACK} / limit rate 5/second ${OUT}`, "holds, except first limit"],
    [
      "is broken by a limiter with a drop in front",
      `${BACK} / drop / limit rate 5/second ${OUT}`,
      "broken first",
    ],
    ["hangs on a queue", `${BACK} / tcp dport 25 queue`, "undecided first"],
    [
      "hangs on the link address of one host",
      `ether saddr 00:11:22:33:44:55 drop / ${BACK} / ${OUT}`,
      "undecided first ether saddr",
    ],
    [
      "hangs on the lifetime of packets",
      `ip ttl < 5 drop / ${BACK} / ${OUT}`,
      "undecided first ip ttl",
    ],
    ["hangs on their class", `ip dscp cs6 drop / ${BACK} / ${OUT}`, "undecided first ip dscp"],
    [
      "hangs on options of TCP",
      `tcp option md5sig exists drop / ${BACK} / ${OUT}`,
      "undecided first tcp option 19",
    ],
    [
      "hangs on options of IP",
      `ip option lsrr exists drop / ${BACK} / ${OUT}`,
      "undecided first ip option 131",
    ],
    ["is broken by a drop of all lifetimes", `ip ttl > 0 drop / ${BACK} / ${OUT}`, "broken first"],
    [
      "holds with packets for other hosts dropped",
      `meta pkttype != host drop / ${BACK} / ${OUT}`,
      "holds",
    ],
    [
      "holds with headers dropped that are too short",
      `tcp doff < 5 drop / ip hdrlength < 5 drop / ${BACK} / ${OUT}`,
      "holds",
    ],
    [
      "holds with ports dropped that no client has",
      `tcp dport 3306 drop / ${BACK} / ${OUT}`,
      "holds",
    ],
    [
      "is broken by a drop of ports that clients have",
      `tcp dport 40000-40100 drop / ${BACK} / ${OUT}`,
      "broken reply",
    ],
    [
      "is broken by a drop of long packets",
      `meta length > 1400 drop / ${BACK} / ${OUT}`,
      "broken first",
    ],
    ["holds on another interface of the same pattern", `${BACK} / oifname "w*" accept`, "holds"],
    ["is broken towards another interface", `${BACK} / oifname "wan1" accept`, "broken first"],
  ];
  test.each(cases)("%s", (_name, rules, expected) => {
    const answer = judge(inForward(rules), "reachable", forward(MAIL, INTERNET, tcp(25)));
    const { status, example, dependsOn } = answer;
    expect([status, example?.part, ...dependsOn].filter(Boolean).join(" ")).toBe(expected);
  });

  test("names the packet and the rule", () => {
    const device = inForward(`ip saddr 10.10.2.12 drop / ${BACK} / ${OUT}`);
    const { example } = judge(device, "reachable", forward(MAIL, INTERNET, tcp(25)));
    expect(example?.packet).toMatch(
      /^tcp 10\.10\.2\.12:40000 > 198\.51\.100\.7:25 in=dmz out=wan state=new path=forward$/,
    );
    expect(example?.by).toMatchObject({ kind: "rule", rule: { text: "ip saddr 10.10.2.12 drop" } });
  });

  test("is judged with the address that NAT gives", () => {
    const rules =
      "ip daddr 10.10.2.5 tcp dport 25 ct status dnat accept / ip saddr 10.10.2.5 accept / ct state established ct direction original accept";
    const nat = (target: string) =>
      parse(`table inet t {
 chain p { type nat hook prerouting priority dstnat; ip daddr 203.0.113.1 tcp dport 25 ${target}
 }
 chain f { type filter hook forward priority 0; policy drop;
  ${rules.split(" / ").join("\n  ")}
 }
}
`);
    const flow = forward(INTERNET, end("203.0.113.1"), tcp(25));
    expect(judge(nat("dnat ip to 10.10.2.5"), "reachable", flow)).toMatchObject({
      status: "holds",
    });
    expect(judge(nat("dnat ip to 10.10.2.6"), "reachable", flow)).toMatchObject({
      status: "broken",
    });
    expect(judge(nat("dnat ip to 10.10.2.5-10.10.2.6"), "reachable", flow)).toMatchObject({
      status: "undecided",
    });
  });

  test("to an address of the device that NAT gives to a host needs a way back from there", () => {
    const behind = (...rules: string[]) =>
      parse(`table inet t {
 chain p { type nat hook prerouting priority dstnat; ip daddr 203.0.113.1 tcp dport 25 dnat ip to 10.10.2.5
 }
 chain i { type filter hook input priority 0; policy drop;
 }
 chain f { type filter hook forward priority 0; policy drop;
  ip daddr 10.10.2.5 tcp dport 25 accept
  ${rules.join("\n  ")}
 }
}
`);
    const own: FlowPattern = { ...forward(INTERNET, end("203.0.113.1"), tcp(25)), path: "input" };
    expect(judge(behind(BACK), "reachable", own)).toMatchObject({ status: "holds" });
    expect(
      judge(behind('iifname "dmz" ct state established accept'), "reachable", own),
    ).toMatchObject({ status: "undecided" });
    expect(judge(behind(), "reachable", own)).toMatchObject({
      status: "broken",
      example: { part: "reply" },
    });
  });

  const RAW = (...rules: string[]) =>
    `chain r { type filter hook prerouting priority raw; ${rules.join(";")};\n }`;
  const untracked: readonly (readonly [string, string, string, string])[] = [
    [
      "is not proved where the way out alone is not tracked",
      RAW("tcp dport 25 notrack"),
      BACK,
      "undecided",
    ],
    ["is broken where the way back is not tracked", RAW("tcp sport 25 notrack"), BACK, "broken"],
    [
      "holds where neither is tracked, and both may pass",
      RAW("tcp dport 25 notrack", "tcp sport 25 notrack"),
      "tcp sport 25 accept",
      "holds",
    ],
    ["holds where others are not tracked", RAW("tcp dport 26 notrack"), BACK, "holds"],
  ];
  test.each(untracked)("%s", (_name, raw, back, status) => {
    const device = inForward(`${back} / ${OUT}`, raw);
    expect(judge(device, "reachable", forward(MAIL, INTERNET, tcp(25))).status).toBe(status);
  });

  test("of a family without packets is no promise kept", () => {
    const six: End = { addresses: new Map([["ip6", [single(1n << 125n)]]]), interfaces: null };
    const answer = judge(inForward("accept"), "reachable", forward(MAIL, six, tcp(25)));
    expect(answer).toMatchObject({
      status: "undecided",
      reasons: [expect.stringContaining("no packet fits")],
    });
  });
});

describe("reachable, where nobody has said which interface leads there", () => {
  const far: End = { ...INTERNET, interfaces: "unknown" };
  const flow: FlowPattern = {
    path: "output",
    from: end("10.10.2.11"),
    to: far,
    services: [tcp(25)],
  };
  const inOutput = (policy: string, ...rules: string[]) =>
    parse(`table inet t { chain o { type filter hook output priority 0; policy ${policy};
 ${rules.join("\n ")}
 } }
`);
  const cases: readonly (readonly [string, Device, string])[] = [
    ["holds without rules", parse(""), "holds"],
    ["holds beside a drop of another port", inOutput("accept", "tcp dport 5432 drop"), "holds"],
    ["is broken by a drop on all of them", inOutput("accept", "tcp dport 25 drop"), "broken"],
    ["is broken where loopback alone may", inOutput("drop", 'oifname "lo" accept'), "broken"],
    ["holds where loopback alone may not", inOutput("accept", 'oifname "lo" drop'), "holds"],
    [
      "is undecided where it hangs on the interface",
      inOutput("accept", 'oifname "eth1" drop'),
      "undecided",
    ],
  ];
  test.each(cases)("%s", (_, device, status) => {
    expect(judge(device, "reachable", flow).status).toBe(status);
  });

  test("and says that it hangs on that", () => {
    const answer = judge(inOutput("accept", 'oifname "eth1" drop'), "reachable", flow);
    expect(answer.reasons).toEqual(["which interface leads to the other end is not known"]);
  });
});

describe("reachable, to and from the device", () => {
  const device = parse(`table inet t {
 chain i { type filter hook input priority 0; policy drop;
  ct state established accept
  ip saddr 10.10.1.0/24 tcp dport 22 accept
 }
 chain o { type filter hook output priority 0; policy drop;
  ct state established accept
  udp dport 53 accept
 }
}
`);
  const own = end("10.10.1.1");
  const lan = end("10.10.1.0/25", "lan");
  const dns: Service = { kind: "ports", protocol: 17, ports: [single(53n)] };
  const flows: readonly (readonly [string, FlowPattern, string])[] = [
    ["ssh from the network", { path: "input", from: lan, to: own, services: [tcp(22)] }, "holds"],
    ["smtp from the network", { path: "input", from: lan, to: own, services: [tcp(25)] }, "broken"],
    ["dns from the device", { path: "output", from: own, to: lan, services: [dns] }, "holds"],
    ["smtp from the device", { path: "output", from: own, to: lan, services: [tcp(25)] }, "broken"],
  ];
  test.each(flows)("%s", (_name, flow, status) => {
    expect(judge(device, "reachable", flow).status).toBe(status);
  });
});

describe("blocked", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["holds under a policy of drop", BACK, "holds"],
    ["is broken by one open port", `${BACK} / ${OUT}`, "broken first"],
    [
      "is broken by what opens odd ports of clients only",
      `${BACK} / tcp sport 25 accept`,
      "broken first",
    ],
    ["is broken by what is not tracked", "ct state untracked accept", "broken first"],
    ["hangs on a limiter", `limit rate 5/second ${OUT}`, "undecided first limit"],
  ];
  test.each(cases)("%s", (_name, rules, expected) => {
    const answer = judge(inForward(rules), "blocked", forward(MAIL, INTERNET, tcp(25)));
    const { status, example, dependsOn } = answer;
    expect([status, example?.part, ...dependsOn].filter(Boolean).join(" ")).toBe(expected);
  });
});

test("several flows are as good as the worst of them", () => {
  const device = inForward(`${BACK} / ${OUT}`);
  const flows = [forward(MAIL, INTERNET, tcp(25)), forward(MAIL, INTERNET, tcp(26))];
  expect(judge(device, "reachable", ...flows).status).toBe("broken");
});
