import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { appliesQuery, differencesQuery, incidentsQuery } from "../../api/queries.ts";
import type { Apply, Difference, Incident } from "../../api/types.ts";
import { incidentTitle } from "../incidents/incidentTitle.ts";

/** Something that happened, drawn into every chart as a line from top to bottom. */
export interface ChartMark {
  readonly atMs: number;
  readonly kind: "change" | "byHand" | "incident" | "recovered";
  readonly text: string;
  readonly to: string;
}

/** Changes, what was done by hand, and incidents; the same list as long as nothing happens, so that no chart
 * is drawn anew for it. */
export function useMarks(): readonly ChartMark[] {
  const { data: incidents } = useQuery(incidentsQuery);
  const { data: applies } = useQuery(appliesQuery);
  const { data: differences } = useQuery(differencesQuery(0));
  return useMemo(
    () => marksOf(incidents ?? [], applies ?? [], differences ?? []),
    [incidents, applies, differences],
  );
}

function marksOf(
  incidents: readonly Incident[],
  applies: readonly Apply[],
  differences: readonly Difference[],
): readonly ChartMark[] {
  return [
    ...applies.map(
      ({ change, startedMs, device }): ChartMark => ({
        atMs: startedMs,
        kind: "change",
        text: `change ${change} applied to ${device}`,
        to: `/changes/${change}`,
      }),
    ),
    ...differences
      .filter(
        ({ by, meaning }) =>
          meaning !== "harmless" && (by.kind === "likely" || by.kind === "unknown"),
      )
      .map(
        ({ atMs, device, added, removed }): ChartMark => ({
          atMs,
          kind: "byHand",
          text: `by hand on ${device}: ${added[0] ?? removed[0] ?? "a difference"}`,
          to: `/devices/${encodeURIComponent(device)}`,
        }),
      ),
    ...incidents.flatMap(({ id, beganMs, recoveredMs, ...rest }): readonly ChartMark[] => [
      {
        atMs: beganMs,
        kind: "incident",
        text: `incident ${id} begins: ${incidentTitle(rest)}`,
        to: `/incidents/${id}`,
      },
      ...(recoveredMs === null
        ? []
        : [
            {
              atMs: recoveredMs,
              kind: "recovered" as const,
              text: `incident ${id} is over`,
              to: `/incidents/${id}`,
            },
          ]),
    ]),
  ].toSorted((a, b) => a.atMs - b.atMs);
}
