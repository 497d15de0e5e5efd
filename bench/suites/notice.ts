import type { PeerRun } from "../../lab/notice/peers.ts";
import type { NoticeRun } from "../../lab/notice/premortem.ts";
import { labRun } from "../labRun.ts";
import { median } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import type { Scale, Suite } from "../suite.ts";

/** What `lab/notice` prints with `--json`. */
export interface NoticeRuns {
  readonly premortem: readonly NoticeRun[];
  readonly peers: readonly PeerRun[];
}

/** Wall time, in the lab of the mail network. */
export const NOTICE: Suite = {
  name: "notice",
  title: "a rule by hand to somebody who is told of it (wall time, on the real mail network)",
  needs: "root, and the packages of `lab/packages.sh lab peers`",
  run: (scale) => {
    const out = labRun("lab/notice/noticeMain.ts", ["--json", ...wordsFor(scale)]);
    return noticeRows(JSON.parse(out) as NoticeRuns);
  },
};

/** The peers take a minute each where they are set to be quick, and four as they are usually set. */
function wordsFor(scale: Scale): readonly string[] {
  return scale === "full"
    ? ["--runs", "10", "--aggressive", "3", "--typical", "1"]
    : ["--runs", "1", "--aggressive", "0"];
}

const TARGETS = {
  median: {
    kind: "atMost",
    of: "value",
    limit: 1_000,
    why: "whoever typed it still looks at the screen",
  },
  worst: { kind: "atMost", of: "value", limit: 3_000, why: "nobody has noticed anything yet" },
} as const satisfies Readonly<Record<string, Target>>;

export function noticeRows({ premortem, peers }: NoticeRuns): readonly Row[] {
  const named = premortem.map(({ namedMs }) => namedMs);
  const first = premortem.map(({ firstMs }) => firstMs);
  const peerOf = (setting: PeerRun["setting"]) => {
    const times = peers.filter((run) => run.setting === setting).map(({ firstMs }) => firstMs);
    const name = `Prometheus, blackbox_exporter, Alertmanager, ${setting}, no cause named, ${times.length} runs`;
    return { name, value: times.length === 0 ? null : median(times) };
  };
  return [
    row("named: median", median(named), "ms", peerOf("aggressive"), TARGETS.median),
    row(`named: worst of ${named.length}`, Math.max(...named), "ms", null, TARGETS.worst),
    row("first word: median", median(first), "ms", peerOf("typical"), TARGETS.median),
  ];
}
