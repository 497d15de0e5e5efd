import { Stack, Text } from "@mantine/core";
import type { ProbeHistory, Status } from "../../api/types.ts";
import { Ago, Since } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { Bars } from "./Bars.tsx";
import classes from "./ProbeRows.module.css";

type Probe = Status["probes"][number];

/** A row for each probe: what it says now, since when, and how it was; those that fail stand first. */
export function ProbeRows({
  probes,
  history,
}: {
  readonly probes: readonly Probe[];
  readonly history: ProbeHistory | undefined;
}) {
  if (probes.length === 0)
    return (
      <Empty title="Nothing is asked.">
        Write probes under <code>monitors:</code> in the network file.
      </Empty>
    );
  const sorted = probes.toSorted((a, b) => weight(a) - weight(b) || a.name.localeCompare(b.name));
  return (
    <Stack gap="xs">
      {sorted.map((probe) => (
        <Row key={probe.name} probe={probe} history={history} />
      ))}
    </Stack>
  );
}

function Row({
  probe,
  history,
}: {
  readonly probe: Probe;
  readonly history: ProbeHistory | undefined;
}) {
  const { name, kind, sinceMs, atMs, reason, vantage, measured } = probe;
  const [tone, word] = wordOf(probe);
  const slices = history?.probes.find(({ monitor }) => monitor === name)?.slices;
  return (
    <article className={classes["row"]} aria-label={name}>
      <div className={classes["head"]}>
        <Text fw={600} size="sm">
          {name}{" "}
          <Text span c="dimmed" size="sm">
            {kind}
          </Text>
        </Text>
        <Word tone={tone}>{word}</Word>
      </div>
      {history === undefined ? null : <Bars name={name} slices={slices} window={history} />}
      <Text size="sm" c="dimmed">
        {sinceMs === null ? (
          "not asked yet"
        ) : (
          <>
            for <Since atMs={sinceMs} />
          </>
        )}
        {atMs === null ? null : (
          <>
            {" "}
            · asked <Ago atMs={atMs} />
          </>
        )}
        {vantage === null ? "" : ` · ${vantage}`}
        {measured === null ? "" : ` · ${measured}`}
      </Text>
      {reason === null ? null : (
        <Text size="sm">
          <Prose text={reason} />
        </Text>
      )}
    </article>
  );
}

function wordOf({ outcome, isStale }: Probe): readonly [Tone, string] {
  if (outcome === null) return ["unknown", "not asked yet"];
  if (isStale) return ["unknown", `stale, was ${outcome}`];
  if (outcome === "ok") return ["good", "ok"];
  if (outcome === "degraded") return ["warn", "degraded"];
  if (outcome === "failed") return ["bad", "failed"];
  return ["unknown", "blind"];
}

function weight({ outcome, isStale }: Probe): number {
  if (isStale || outcome === null) return 2;
  return { failed: 0, degraded: 1, blind: 2, ok: 3 }[outcome];
}
