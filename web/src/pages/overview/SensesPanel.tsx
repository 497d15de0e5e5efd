import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Status } from "../../api/types.ts";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { counted, listed } from "../../lib/words.ts";

/** What is felt and who is told: probes, monitors, and the ways out of alerts. */
export function SensesPanel({ status }: { readonly status: Status }) {
  const { probes, monitors, channels, symptoms } = status;
  const failed = probes.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
  const unseen = [
    ...probes
      .filter(({ outcome, isStale }) => outcome === "blind" || isStale)
      .map(({ name }) => name),
    ...monitors.filter(({ state }) => state === "blind").map(({ monitor }) => monitor),
  ];
  const failing = channels.filter(({ state }) => state.kind === "failing").map(({ name }) => name);
  const well = probes.filter(({ outcome, isStale }) => outcome === "ok" && !isStale).length;
  return (
    <Panel
      title="What is felt"
      aside={
        <Anchor component={Link} to="/services" size="sm">
          All services
        </Anchor>
      }
    >
      <Stack gap={8}>
        <Line tone={failed.length > 0 ? "bad" : "good"} word={failed.length > 0 ? "failed" : "ok"}>
          {well} of {counted(probes.length, "probe")} ok
          {failed.length > 0 ? `; ${listed(failed)} failed` : ""}
        </Line>
        {symptoms.length === 0 ? null : (
          <Line tone="bad" word="felt">
            {counted(symptoms.length, "symptom")}: <Prose text={symptoms[0]?.text ?? ""} />
          </Line>
        )}
        {unseen.length === 0 ? null : (
          <Line tone="unknown" word="not seen">
            {listed(unseen)}
          </Line>
        )}
        {failing.length > 0 ? (
          <Line tone="warn" word="not told">
            alerts do not reach {listed(failing)}
          </Line>
        ) : null}
        {channels.length === 0 ? (
          <Line tone="warn" word="nobody">
            no channel is set up: alerts stay on this page
          </Line>
        ) : null}
      </Stack>
    </Panel>
  );
}

function Line({
  tone,
  word,
  children,
}: {
  readonly tone: "good" | "bad" | "warn" | "unknown";
  readonly word: string;
  readonly children: React.ReactNode;
}) {
  return (
    <Text size="sm" component="div">
      <Word tone={tone}>{word}</Word> {children}
    </Text>
  );
}
