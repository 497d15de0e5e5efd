import { expect, test } from "vitest";
import type { Row } from "../row.ts";
import { noticeRows } from "./notice.ts";
import { rollbackRows } from "./rollback.ts";
import { webRows } from "./web.ts";

const heard = (firstMs: number, namedMs: number) => ({ firstMs, namedMs, title: "incident 1" });
const peer = (setting: "aggressive" | "typical", firstMs: number) => ({
  setting,
  firstMs,
  summaries: [],
});

const told = (row: Row | undefined) => [row?.value, row?.peerValue, row?.met];

test("who is told how soon stands beside the peers of the same run", () => {
  const rows = noticeRows({
    premortem: [heard(100, 500), heard(200, 600), heard(300, 4_000)],
    peers: [peer("aggressive", 9_000), peer("typical", 100_000)],
  });
  expect(rows.map(({ value, peerValue, met }) => [value, peerValue, met])).toEqual([
    [600, 9_000, true],
    [4_000, null, false],
    [200, 100_000, true],
  ]);
});

test("peers that were not run are said to be missing", () => {
  const [row] = noticeRows({ premortem: [heard(1, 2)], peers: [] });
  expect(row).toMatchObject({ peerValue: null, ratio: null, met: true });
});

const played = (rolledBackMs: number, deliveredMs: number | null) =>
  ({ by: "probes", position: "first", rolledBackMs, deliveredMs }) as const;

test("a run in which no mail arrived is counted, and has no time", () => {
  const rows = rollbackRows([played(3_000, 3_500), played(4_000, 6_000), played(3_000, null)]);
  expect(rows.map(({ what, value, met }) => [what, value, met])).toEqual([
    ["probes, first: mail flows again, of 3 runs", 2, false],
    ["probes, first: load to rolled back, median", 3_000, true],
    ["probes, first: load to the mail, median", 4_750, true],
    ["probes, first: load to the mail, worst", 6_000, false],
  ]);
});

test("pages stand beside what no page can be faster than, and grow less than the rules", () => {
  const change = {
    jsonMs: [30],
    changeWorkMs: [200],
    changeMs: [400, 300, 500],
    interactionMs: [],
    scrollMs: [0, 120],
  };
  const few = { ...change, rules: 200, proposeMs: 900, overviewMs: [1_200], editMs: [60, 90, 150] };
  const rows = webRows({
    emptyMs: [50],
    sizes: [few, { ...few, rules: 5_000, editMs: [900, 950] }],
    added: { ...change, rules: 5_000, proposeMs: 12_000 },
  });
  const [proposed, drawn, , pressed, scrolled, overview, key, worst] = rows;
  expect([proposed, drawn, pressed, scrolled, overview, key, worst].map(told)).toEqual([
    [900, null, true],
    [400, 30, true],
    [0, null, true],
    [120, null, false],
    [1_200, 50, false],
    [90, null, true],
    [150, null, false],
  ]);
  expect(rows.find(({ what }) => what.startsWith("5000 rules added"))?.met).toBe(false);
  expect(rows.slice(-2).map(({ met }) => met)).toEqual([true, false]);
});
