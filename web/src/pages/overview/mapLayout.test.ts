import { expect, test } from "vitest";
import { fitting, layoutOf, WIDTH, ZONE } from "./mapLayout.ts";

const zone = (name: string, device = "fw1", holds: readonly string[] = []) => ({
  zone: name,
  device,
  interfaces: [name],
  holds: [...holds],
});
const intent = (id: string, from: string, to: string, status: "holds" | "broken") => ({
  device: "fw1",
  intent: {
    id,
    from,
    to,
    status,
    expect: "reachable" as const,
    services: ["smtp"],
    owner: null,
    critical: true,
    reason: null,
    example: null,
    reasons: [],
    part: null,
    verdict: null,
    rejectWith: null,
    by: null,
    dependsOn: [],
    except: [],
  },
});
const MAP = [zone("dmz", "fw1", ["mail"]), zone("internet"), zone("data", "fw1", ["db"])];
const boxes = (map = MAP) => {
  const broken = [intent("mail-out", "mail", "internet", "broken")];
  const holds = [intent("users", "mail", "db", "holds")];
  return layoutOf(map, { broken, undecided: [], holds });
};

test("a zone stands as the worst of the promises that begin or end there", () => {
  const [fw1] = boxes().devices;
  expect(fw1?.zones.map((one) => [one.zone, one.state, one.broken, one.holding])).toEqual([
    ["dmz", "broken", ["mail-out"], ["users"]],
    ["internet", "broken", ["mail-out"], []],
    ["data", "holds", [], ["users"]],
  ]);
});

test("no box leaves the picture, or lies over another", () => {
  const layout = boxes([...MAP, zone("lan", "fw2"), zone("wan", "fw2"), zone("guests", "fw2")]);
  const all = layout.devices.flatMap(({ zones }) => zones);
  for (const { x, y } of all) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + ZONE.width).toBeLessThanOrEqual(WIDTH);
    expect(y + ZONE.height).toBeLessThanOrEqual(layout.height);
  }
  expect(new Set(all.map(({ x, y }) => `${x} ${y}`)).size).toBe(all.length);
});

test("a promise of another device says nothing about a zone here", () => {
  const [box] = boxes([zone("dmz", "fw2", ["mail"])]).devices;
  expect(box?.zones[0]?.state).toBe("none");
});

test("a long name is cut, and no letter in half", () => {
  expect(fitting("internet")).toBe("internet");
  expect(fitting("a-very-long-name-of-a-zone")).toBe("a-very-long-n…");
  expect(fitting("🦊".repeat(20))).toBe(`${"🦊".repeat(13)}…`);
});
