import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Incident } from "../../api/types.ts";
import { Since } from "../../components/Ago.tsx";
import { Mono } from "../../components/Code.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";
import { incidentTitle } from "../incidents/incidentTitle.ts";
import classes from "./IncidentCard.module.css";

/** What hurts, since when, why, and the way to where it is ended. */
export function IncidentCard({ incident }: { readonly incident: Incident }) {
  const { id, beganMs, status, cause, symptoms } = incident;
  const open = symptoms.filter(({ endedMs }) => endedMs === null);
  return (
    <article className={classes["card"]} aria-label={`Incident ${id}`}>
      <Group justify="space-between" gap="xs">
        <Anchor component={Link} to={`/incidents/${id}`} fw={700} size="lg">
          {incidentTitle(incident)}
        </Anchor>
        <Word tone={status === "open" ? "bad" : "warn"}>{status}</Word>
      </Group>
      <Stack gap={4} mt={6}>
        <Text size="sm">
          For <Since atMs={beganMs} /> · {counted(open.length, "symptom")} now
        </Text>
        <CauseLine cause={cause} />
      </Stack>
    </article>
  );
}

function CauseLine({ cause }: Pick<Incident, "cause">) {
  if (cause === null) return <Text size="sm">Its cause is being looked for.</Text>;
  switch (cause.kind) {
    case "explained":
      return (
        <Text size="sm" component="div">
          Cause, proved:{" "}
          <Mono>{cause.rules[0] ?? cause.difference.added[0] ?? "a removed rule"}</Mono> on{" "}
          {cause.difference.device}, by{" "}
          <bdi>
            <Prose text={cause.difference.by} />
          </bdi>
        </Text>
      );
    case "notByRules":
      return <Text size="sm">Not explained by any difference of rules: it is ruled out.</Text>;
    case "unclear":
      return (
        <Text size="sm">
          Not clear: <Prose text={cause.reasons[0] ?? "several differences may be it"} />
        </Text>
      );
  }
}
