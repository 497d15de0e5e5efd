import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client.ts";
import type { PlaybookRun } from "../../api/types.ts";
import { Clock } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { durationText } from "../../lib/time.ts";
import { useNow } from "../../lib/useNow.ts";
import classes from "./RunSteps.module.css";
import { StepText } from "./StepText.tsx";

type Step = PlaybookRun["steps"][number];
type Deed = "start" | "press" | "done" | "skip" | "reopen";

/** A playbook as it is followed: what was done, by whom, and what is next. */
export function RunSteps({ run }: { readonly run: PlaybookRun }) {
  const { playbook, steps, status, begun } = run;
  const next = steps.find(({ state }) => !isOver(state));
  return (
    <section aria-label={playbook.title}>
      <Group justify="space-between" gap="xs" mb="xs">
        <Text fw={650}>{playbook.title}</Text>
        <Text size="sm" c="dimmed">
          {status === "over" ? "over" : "begun"} by <bdi>{begun.by}</bdi>,{" "}
          <Clock atMs={begun.atMs} />
        </Text>
      </Group>
      <ol className={classes["steps"]}>
        {playbook.steps.map((step) => {
          const one = steps.find(({ id }) => id === step.id);
          if (one === undefined) return null;
          return (
            <li key={step.id} data-next={one === next || undefined} className={classes["step"]}>
              <StepText step={step} />
              <StepStanding step={one} />
              {status === "over" ? null : <StepButtons run={run} step={one} kind={step.kind} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function isOver({ kind }: Step["state"]): boolean {
  return kind === "done" || kind === "skipped";
}

const WORDS: Readonly<Record<Step["state"]["kind"], readonly [Tone, string]>> = {
  waiting: ["quiet", "to do"],
  begun: ["warn", "begun"],
  proposed: ["warn", "wants to be pressed"],
  pressed: ["warn", "pressed"],
  done: ["good", "done"],
  skipped: ["quiet", "skipped"],
  failed: ["bad", "failed"],
  lost: ["unknown", "nobody knows what became of it"],
};

function StepStanding({ step: { state, notes } }: { readonly step: Step }) {
  const nowMs = useNow();
  const [tone, word] = WORDS[state.kind];
  const isBad = state.kind === "done" && state.isGood === false;
  return (
    <Stack gap={2} mt={4}>
      <Text size="sm" component="div" role="status">
        <Word tone={isBad ? "bad" : tone}>{word}</Word>
        {state.kind === "waiting" ? null : (
          <>
            {" "}
            by <bdi>{state.by}</bdi>, <Clock atMs={state.atMs} />
          </>
        )}
        {"text" in state && state.text !== "" ? <Prose text={`: ${state.text}`} /> : null}
        {state.kind === "begun" && state.dueMs !== null ? ` · ${dueText(state.dueMs - nowMs)}` : ""}
      </Text>
      {notes.map(({ by, atMs, text }) => (
        <Text key={`${by} ${atMs}`} size="sm">
          <bdi>{by}</bdi>: <bdi>{text}</bdi>
        </Text>
      ))}
    </Stack>
  );
}

function dueText(leftMs: number): string {
  return leftMs < 0 ? `${durationText(-leftMs)} late` : `${durationText(leftMs)} left`;
}

function StepButtons({
  run,
  step: { id, state },
  kind,
}: {
  readonly run: PlaybookRun;
  readonly step: Step;
  readonly kind: string;
}) {
  const client = useQueryClient();
  const acting = useMutation({
    mutationFn: (deed: Deed) =>
      post(`/v1/incidents/${run.incident}/playbook-runs/${run.id}/steps/${id}`, { do: deed }),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <>
      <Group gap="xs" mt={4}>
        {deedsOf(state, kind).map(([deed, label]) => (
          <Button
            key={deed}
            size="compact-sm"
            variant={deed === "skip" || deed === "reopen" ? "subtle" : "default"}
            loading={acting.isPending && acting.variables === deed}
            onClick={() => acting.mutate(deed)}
          >
            {label}
          </Button>
        ))}
      </Group>
      {acting.error === null ? null : <Fault fault={acting.error} />}
    </>
  );
}

function deedsOf(state: Step["state"], kind: string): readonly (readonly [Deed, string])[] {
  const isPerson = kind === "person";
  switch (state.kind) {
    case "waiting":
      return isPerson
        ? [
            ["start", "Begin"],
            ["done", "Done"],
            ["skip", "Skip"],
          ]
        : [
            ["start", "Do it"],
            ["skip", "Skip"],
          ];
    case "begun":
      return isPerson
        ? [
            ["done", "Done"],
            ["skip", "Skip"],
          ]
        : [];
    case "proposed":
      return [
        ["press", "Undo it"],
        ["skip", "Skip"],
      ];
    case "pressed":
      return [];
    default:
      return [["reopen", "Do it again"]];
  }
}
