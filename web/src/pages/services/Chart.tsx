import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import type { CountHistory } from "../../api/types.ts";
import type { Series } from "./Traffic.tsx";
import type { ChartMark } from "./useMarks.ts";

const HEIGHT = 240;
const MS_IN_SECOND = 1_000;
/* Each line has a dash of its own, so that none is told by colour alone. */
const LINES = [
  { colour: "--pm-good", dash: [] },
  { colour: "--mantine-primary-color-filled", dash: [6, 3] },
  { colour: "--pm-warn", dash: [2, 3] },
  { colour: "--pm-bad", dash: [8, 3, 2, 3] },
  { colour: "--pm-unknown", dash: [4, 6] },
  { colour: "--pm-bad", dash: [1, 2] },
] as const;

/** Lines over time. The numbers stand in a table beside it: a canvas says nothing to those who listen. */
export function Chart({
  window,
  series,
  marks,
}: {
  readonly window: Pick<CountHistory, "fromMs" | "sliceMs" | "slices">;
  readonly series: readonly Series[];
  readonly marks: readonly ChartMark[];
}) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const drawnIn = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme has other colours
  useEffect(() => {
    const place = drawnIn.current;
    if (place === null || width === 0) return;
    const plot = new UPlot(optionsOf(width, series, marks), dataOf(window, series), place);
    return () => plot.destroy();
  }, [width, window, series, marks, scheme]);
  return (
    <div ref={ref} style={{ minHeight: HEIGHT }}>
      <div
        ref={drawnIn}
        role="img"
        aria-label={`${series.map(({ name }) => name).join(", ")} over time; the numbers stand below`}
      />
    </div>
  );
}

function dataOf(
  { fromMs, sliceMs, slices }: Pick<CountHistory, "fromMs" | "sliceMs" | "slices">,
  series: readonly Series[],
): UPlot.AlignedData {
  const times = Array.from(
    { length: slices },
    (_, slice) => (fromMs + slice * sliceMs) / MS_IN_SECOND,
  );
  return [times, ...series.map(({ counts }) => [...counts])];
}

function optionsOf(width: number, series: readonly Series[], marks: readonly ChartMark[]) {
  const axis = {
    stroke: colourOf("--pm-quiet"),
    grid: { stroke: colourOf("--pm-line"), width: 1 },
    ticks: { stroke: colourOf("--pm-line"), width: 1 },
  };
  return {
    width,
    height: HEIGHT,
    axes: [{ ...axis, values: clockLabels }, axis],
    scales: { y: { range: (_: UPlot, __: number, most: number) => [0, Math.max(1, most * 1.1)] } },
    legend: { live: false },
    cursor: { drag: { x: false, y: false } },
    series: [
      {},
      ...series.map(({ name }, index) => {
        const line = LINES[index % LINES.length] ?? LINES[0];
        return { label: name, stroke: colourOf(line.colour), width: 2, dash: [...line.dash] };
      }),
    ],
    hooks: { draw: [(plot: UPlot) => drawMarks(plot, marks)] },
  } satisfies UPlot.Options;
}

/** As everywhere else on the pages, and not as the machine's language has it. */
function clockLabels(_: UPlot, seconds: readonly number[]): string[] {
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  return seconds.map((second) => format.format(second * MS_IN_SECOND));
}

/** Read when it is drawn: the canvas knows no variables. */
function colourOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

const SIGNS: Readonly<Record<ChartMark["kind"], string>> = {
  change: "change",
  byHand: "by hand",
  incident: "incident",
  recovered: "over",
};

const LABEL_LINES = 4;

function drawMarks({ ctx, bbox, valToPos }: UPlot, marks: readonly ChartMark[]): void {
  ctx.save();
  ctx.lineWidth = 2;
  ctx.font = `${Math.round(11 * devicePixelRatio)}px sans-serif`;
  for (const [index, { atMs, kind }] of marks.entries()) {
    const x = valToPos(atMs / MS_IN_SECOND, "x", true);
    /* One below the other, and inside: what happens in the same minute would stand on itself. */
    const line = (index % LABEL_LINES) + 1;
    const isNearEnd = x > bbox.left + bbox.width * 0.9;
    ctx.textAlign = isNearEnd ? "right" : "left";
    ctx.strokeStyle = colourOf(kind === "recovered" ? "--pm-good" : "--pm-bad");
    ctx.fillStyle = colourOf("--pm-text");
    ctx.setLineDash(kind === "incident" || kind === "recovered" ? [] : [4, 4]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const aside = isNearEnd ? -4 : 4;
    ctx.fillText(SIGNS[kind], x + aside, bbox.top + line * 13 * devicePixelRatio);
  }
  ctx.restore();
}
