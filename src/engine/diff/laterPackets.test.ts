import { describe, expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { forward, parse } from "./testing/rulesets.ts";

/* Packets are new until somebody answers: those behind the first can have a connection mark, and NAT. */

const nat = (rules: string) =>
  `table ip n { chain c { type nat hook prerouting priority -100; ${rules}; }; }\n`;
const filter = (rules: string) =>
  `table inet t { chain f { type filter hook forward priority 0; ${rules}; }; }\n`;

test("a rule about marked connections cuts new packets too", () => {
  const rules = "ct state new ct mark set 1";
  const { equal, classes } = compareDevices(
    forward(rules),
    forward(`ct state new ct mark 1 drop\n${rules}`),
  );
  expect(equal).toBe(false);
  expect(classes.map(({ path, states }) => ({ path, states }))).toEqual([
    { path: "forward", states: ["new"] },
  ]);
  expect(classes[0]?.example).toContain("state=new");
  expect(classes[0]?.example).toContain("ct.mark=0x1");
});

describe("where a connection gets another mark", () => {
  const classesOf = (before: string, after: string) =>
    compareDevices(parse(before), parse(after)).classes.map(
      ({ kind, description, states }) => `${kind} of ${states.join(", ")}: ${description.join()}`,
    );
  const marked = (rules: string, mark: number) =>
    filter(`${rules}; iifname lan tcp dport 25 ct state new ct mark set ${mark}`);

  test.each([
    ["replies that a rule drops by it", "ct direction reply ct mark 2 drop"],
    ["replies that get it", "ct direction reply meta mark set ct mark"],
    [
      "later packets that are lost by it on the other path",
      "ct state established ct mark 2 reject",
    ],
  ])("%s may fare otherwise", (_, rule) => {
    const found = classesOf(marked(rule, 1), marked(rule, 2));
    expect(found.join("\n")).toContain("may of established");
  });

  test("who does not ask for marks fares as before", () => {
    const found = classesOf(
      marked("ct direction reply accept", 1),
      marked("ct direction reply accept", 2),
    );
    expect(found).toEqual([expect.stringMatching(/^mark of new:/)]);
  });

  test("connections to other ports fare as before", () => {
    const rule = "ct direction reply ct mark 2 drop";
    const found = classesOf(marked(rule, 1), marked(rule, 2));
    expect(found).toContainEqual(
      expect.stringMatching(/^may of established: tcp any port 25 \(smtp\)/),
    );
  });

  test("an edit before the rule that marks is enough", () => {
    const rest = "ct direction reply ct mark 2 drop; ct state new ct mark set 2";
    const found = classesOf(filter(rest), filter(`tcp dport 25 accept; ${rest}`));
    expect(found.filter((text) => text.startsWith("may of established"))).not.toEqual([]);
  });

  test("a limiter that is fed by mark is named", () => {
    const rule = "ct mark 2 limit rate 1/hour drop";
    const { reasons } = compareDevices(parse(marked(rule, 1)), parse(marked(rule, 2)));
    expect(reasons.join()).toContain("remembers packets by the mark");
  });
});

describe("where a connection is not tracked any more", () => {
  const raw = (rules: string) =>
    `table inet r { chain p { type filter hook prerouting priority raw; ${rules}; }; }\n`;
  const classesOf = (rules: string) => {
    const rest = filter("policy drop; ct state established,related accept; udp dport 53 accept");
    return compareDevices(parse(rest), parse(raw(rules), rest)).classes;
  };

  test("its replies may fare otherwise, since nothing knows them", () => {
    const found = classesOf("udp dport 53 notrack").filter(({ kind }) => kind === "may");
    expect(found[0]?.description).toEqual([
      "udp any port 53 (domain) → any port not 53, state established, replies",
    ]);
    expect([found[0]?.before.verdict, found[0]?.after.verdict]).toEqual(["accept", "drop"]);
  });

  test("replies that are taken out as well are told once", () => {
    const found = classesOf("udp dport 53 notrack; udp sport 53 notrack");
    const may = found.filter(
      ({ kind, states }) => kind === "may" && states.includes("established"),
    );
    expect(may).toEqual([]);
  });
});

describe("a later new packet", () => {
  test.each([
    ["a translated flow is known as such before its own NAT", "ct status dnat drop", false],
    ["a confirmed one is known as such", "ct state new ct status confirmed drop", false],
    ["none has been answered", "ct state new ct status seen-reply drop", true],
  ] as const)("%s", (_, rule, equal) => {
    const mangle = (rules: string) =>
      `table inet m { chain p { type filter hook prerouting priority -150; ct state new; ${rules}; }; }\n`;
    const both = [nat("tcp dport 80 dnat to 10.0.0.5"), filter("ct state invalid drop")];
    const found = compareDevices(parse(mangle(""), ...both), parse(mangle(rule), ...both));
    expect(found.equal).toBe(equal);
  });

  test("is translated like the first one, whatever its mark", () => {
    const both = filter("ip daddr 10.0.0.5 accept; ct state new ct mark set 1; drop");
    const marked = "ct mark 1 tcp dport 80 accept; tcp dport 80 dnat to 10.0.0.5";
    const found = compareDevices(
      parse(nat("tcp dport 80 dnat to 10.0.0.5"), both),
      parse(nat(marked), both),
    );
    expect(found.equal).not.toBe(false);
    expect(found.classes).toEqual([]);
  });
});
