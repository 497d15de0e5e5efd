import { useState } from "react";
import type { ProbeHistory } from "../../api/types.ts";
import { durationText, exactText } from "../../lib/time.ts";
import classes from "./Bars.module.css";

type Slice = ProbeHistory["probes"][number]["slices"][number];

/** One bar for each slice of time. Height and form tell the outcome, and not the colour alone; pointing at
 * one, or going through them with the arrow keys, tells when and why. */
export function Bars({
  name,
  slices,
  window: { fromMs, sliceMs, slices: many },
}: {
  readonly name: string;
  readonly slices: readonly Slice[] | undefined;
  readonly window: Pick<ProbeHistory, "fromMs" | "sliceMs" | "slices">;
}) {
  const [chosen, setChosen] = useState<number | null>(null);
  const all = slices ?? emptySlices(fromMs, sliceMs, many);
  const shown = chosen === null ? undefined : all[chosen];
  const move = (step: number) =>
    setChosen((before) => Math.min(Math.max((before ?? all.length) + step, 0), all.length - 1));
  return (
    <div>
      <div
        className={classes["bars"]}
        role="slider"
        tabIndex={0}
        aria-label={`How ${name} was`}
        aria-valuemin={0}
        aria-valuemax={all.length - 1}
        aria-valuenow={chosen ?? all.length - 1}
        aria-valuetext={textOf(shown ?? all.at(-1), sliceMs)}
        onKeyDown={({ key }) => {
          if (key === "ArrowLeft") move(-1);
          if (key === "ArrowRight") move(1);
        }}
        onBlur={() => setChosen(null)}
        onMouseLeave={() => setChosen(null)}
        onMouseMove={({ clientX, currentTarget }) => {
          const { left, width } = currentTarget.getBoundingClientRect();
          move(Math.floor(((clientX - left) / width) * all.length) - (chosen ?? all.length));
        }}
      >
        {all.map((slice, index) => (
          <span
            key={slice.fromMs}
            className={classes["bar"]}
            data-outcome={slice.worst ?? "none"}
            data-chosen={chosen === index || undefined}
          />
        ))}
      </div>
      <p className={classes["told"]} aria-hidden="true">
        {shown === undefined ? " " : textOf(shown, sliceMs)}
      </p>
    </div>
  );
}

function emptySlices(fromMs: number, sliceMs: number, many: number): readonly Slice[] {
  return Array.from({ length: many }, (_, index) => ({
    fromMs: fromMs + index * sliceMs,
    worst: null,
    reason: null,
    asked: 0,
    slowestMs: null,
  }));
}

function textOf(slice: Slice | undefined, sliceMs: number): string {
  if (slice === undefined) return "";
  const { fromMs, worst, reason, asked, slowestMs } = slice;
  const when = `${exactText(fromMs)}, ${durationText(sliceMs)}`;
  if (worst === null) return `${when}: nobody asked, so that nothing is known`;
  const slow = slowestMs === null ? "" : `, slowest ${durationText(slowestMs)}`;
  return `${when}: ${worst}${reason === null ? "" : `: ${reason}`} (asked ${asked} times${slow})`;
}
