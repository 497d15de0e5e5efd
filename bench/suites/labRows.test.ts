import { expect, test } from "vitest";
import { noticeRows } from "./notice.ts";
import { rollbackRows } from "./rollback.ts";

const told = (firstMs: number, namedMs: number) => ({ firstMs, namedMs, title: "incident 1" });
const peer = (setting: "aggressive" | "typical", firstMs: number) => ({
  setting,
  firstMs,
  summaries: [],
});

test("who is told how soon stands beside the peers of the same run", () => {
  const rows = noticeRows({
    premortem: [told(100, 500), told(200, 600), told(300, 4_000)],
    peers: [peer("aggressive", 9_000), peer("typical", 100_000)],
  });
  expect(rows.map(({ value, peerValue, met }) => [value, peerValue, met])).toEqual([
    [600, 9_000, true],
    [4_000, null, false],
    [200, 100_000, true],
  ]);
});

test("peers that were not run are said to be missing", () => {
  const [row] = noticeRows({ premortem: [told(1, 2)], peers: [] });
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
