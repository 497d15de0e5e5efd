import { labRun } from "../labRun.ts";
import { growthExponent, median } from "../measure.ts";
import { type Peer, type Row, row, type Target } from "../row.ts";
import type { Scale, Suite } from "../suite.ts";
import type { ChangeRuns, SizeRuns, WebRuns } from "../web/webRuns.ts";

/** Wall time, in Chromium. */
export const WEB: Suite = {
  name: "web",
  title: "the pages in Chromium, on a firewall of many rules (wall time)",
  needs: "root, and Debian's chromium",
  run: (scale) => {
    const out = labRun("bench/web/webMain.ts", wordsFor(scale));
    return webRows(JSON.parse(out) as WebRuns);
  },
};

function wordsFor(scale: Scale): readonly string[] {
  return scale === "full"
    ? ["--rules", "200,5000", "--added", "5000", "--runs", "5"]
    : ["--rules", "20,40", "--added", "40", "--runs", "1"];
}

const TARGETS = {
  paint: { kind: "atMost", of: "value", limit: 1_000, why: "nobody begins to wonder" },
  edit: { kind: "atMost", of: "value", limit: 100, why: "it seems to happen with the key" },
  interaction: { kind: "atMost", of: "value", limit: 100, why: "it seems to happen at once" },
  frame: { kind: "atMost", of: "value", limit: 100, why: "the text follows the hand" },
  propose: { kind: "atMost", of: "value", limit: 10_000, why: "whoever proposes waits for it" },
  growth: { kind: "atMost", of: "value", limit: 0.5, why: "25 times the rules, 5 times as long" },
} as const satisfies Readonly<Record<string, Target>>;

export function webRows({ emptyMs, sizes, added }: WebRuns): readonly Row[] {
  const empty: Peer = { name: "a picture of the same server", value: median(emptyMs) };
  return [
    ...sizes.flatMap((size) => [
      ...changeRows(`one of ${size.rules} rules edited`, size),
      ...sizeRows(size, empty),
    ]),
    ...changeRows(`${added.rules} rules added`, added),
    ...growthRows(sizes),
  ];
}

function changeRows(what: string, runs: ChangeRuns): readonly Row[] {
  const json: Peer = { name: "its JSON, without a page", value: median(runs.jsonMs) };
  const work: Peer = { name: "work of the page's thread", value: median(runs.changeWorkMs) };
  const { interactionMs, scrollMs, proposeMs, changeMs } = runs;
  return [
    row(`${what}: proposed and proved`, proposeMs, "ms", null, TARGETS.propose),
    row(`${what}: its page is drawn, median`, median(changeMs), "ms", json, TARGETS.paint),
    row(`${what}: the same, beside its work`, median(changeMs), "ms", work, TARGETS.paint),
    row(
      `${what}: keys and presses, worst of those over 16 ms`,
      Math.max(0, ...interactionMs),
      "ms",
      null,
      TARGETS.interaction,
    ),
    row(
      `${what}: scrolling, longest frame over 50 ms`,
      Math.max(0, ...scrollMs),
      "ms",
      null,
      TARGETS.frame,
    ),
  ];
}

function sizeRows({ rules, overviewMs, editMs }: SizeRuns, empty: Peer): readonly Row[] {
  const among = `a key among ${rules} rules`;
  return [
    row(
      `the overview with ${rules} rules is drawn: median`,
      median(overviewMs),
      "ms",
      empty,
      TARGETS.paint,
    ),
    row(`${among} until it is compared: median`, median(editMs), "ms", null, TARGETS.edit),
    row(`${among} until it is compared: worst`, Math.max(...editMs), "ms", null, TARGETS.edit),
  ];
}

function growthRows(sizes: readonly SizeRuns[]): readonly Row[] {
  if (sizes.length < 2) return [];
  const growth = (cost: (size: SizeRuns) => number) =>
    growthExponent(sizes.map((size) => ({ size: size.rules, cost: cost(size) })));
  const paint = growth(({ changeMs }) => median(changeMs));
  const edit = growth(({ editMs }) => median(editMs));
  return [
    row("growth of the time until the page is drawn", paint, "exponent", null, TARGETS.growth),
    row("growth of the time from key to comparison", edit, "exponent", null, TARGETS.growth),
  ];
}
