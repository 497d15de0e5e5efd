import { Anchor, List, Stack, Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { CountHistory } from "../../api/types.ts";
import { Clock } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Chart } from "./Chart.tsx";
import type { ChartMark } from "./useMarks.ts";

const NAMES: Readonly<Record<string, string>> = {
  accepted: "accepted",
  sent: "sent",
  deferred: "deferred",
  bounced: "bounced",
  trouble: "troubles in logs",
  complaints: "complaints",
};

/** Mails a slice, over all hosts, with what happened drawn in; the same as a table for those who read. */
export function Traffic({
  history,
  marks,
}: {
  readonly history: CountHistory;
  readonly marks: readonly ChartMark[];
}) {
  const series = useMemo(() => sumByName(history), [history]);
  const inside = useMemo(() => within(marks, history), [marks, history]);
  if (series.length === 0)
    return (
      <Empty title="Nothing was counted yet.">
        Monitors of kind <code>postfix</code> count mails.
      </Empty>
    );
  return (
    <Stack gap="xs">
      <Chart window={history} series={series} marks={inside} />
      {inside.length === 0 ? null : (
        <List size="sm" aria-label="What happened in this time">
          {inside.map(({ atMs, text, to }) => (
            <List.Item key={`${atMs} ${text}`}>
              <Clock atMs={atMs} />{" "}
              <Anchor component={Link} to={to} size="sm">
                <bdi>
                  <Prose text={text} />
                </bdi>
              </Anchor>
            </List.Item>
          ))}
        </List>
      )}
      <Numbers history={history} series={series} />
    </Stack>
  );
}

/** The chart once more, for those who read or listen: a line for each slice in which anything was counted. */
function Numbers({
  history: { fromMs, sliceMs, slices },
  series,
}: {
  readonly history: CountHistory;
  readonly series: readonly Series[];
}) {
  const rows = Array.from({ length: slices }, (_, slice) => slice).filter((slice) =>
    series.some(({ counts }) => counts[slice] != null),
  );
  return (
    <details>
      <summary>As numbers</summary>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={4} aria-label="Counted mails">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>From</Table.Th>
              {series.map(({ name }) => (
                <Table.Th key={name} ta="right">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((slice) => (
              <Table.Tr key={slice}>
                <Table.Td>
                  <Clock atMs={fromMs + slice * sliceMs} />
                </Table.Td>
                {series.map(({ name, counts }) => (
                  <Table.Td key={name} ta="right">
                    {counts[slice] ?? "not counted"}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}

function within(
  marks: readonly ChartMark[],
  { fromMs, sliceMs, slices }: CountHistory,
): readonly ChartMark[] {
  return marks.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + sliceMs * slices);
}

export interface Series {
  readonly name: string;
  readonly counts: readonly (number | null)[];
}

function sumByName({ counts, slices }: CountHistory): readonly Series[] {
  return Object.entries(NAMES).flatMap(([name, label]) => {
    const own = counts.filter((one) => one.name === name);
    if (own.length === 0) return [];
    const summed = Array.from({ length: slices }, (_, slice) => {
      const seen = own.flatMap((one) => one.counts[slice] ?? []);
      return seen.length === 0 ? null : seen.reduce((sum, count) => sum + count, 0);
    });
    return [{ name: label, counts: summed }];
  });
}
