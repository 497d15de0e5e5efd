import { Alert, List, Stack, Text } from "@mantine/core";
import type { ProofAnswer } from "../../../../src/engine/answer/proof.ts";
import { Clock } from "../../components/Ago.tsx";
import { Mono } from "../../components/Code.tsx";
import { Prose } from "../../components/Prose.tsx";
import { counted, listed } from "../../lib/words.ts";
import { BrokenIntents } from "./BrokenIntents.tsx";
import { DiffView } from "./DiffView.tsx";
import { Findings } from "./Findings.tsx";

/** What a change does to packets and promises; `atMs`: when the device was read for it, null: not at all. */
export function ProofView({
  answer,
  atMs,
  change,
}: {
  readonly answer: ProofAnswer;
  readonly atMs: number | null;
  readonly change: number;
}) {
  const walk = { device: answer.device, change };
  const { broken, brokenBefore, repaired, undecided, holding, kept, notLoaded, findings } = answer;
  return (
    <Stack gap="md">
      {atMs === null ? null : (
        <Text size="sm" c="dimmed">
          Proved on {answer.device} as it was read at <Clock atMs={atMs} />
        </Text>
      )}
      <NotProved answer={answer} />
      <BrokenIntents
        intents={broken}
        title={`Breaks ${counted(broken.length, "promise")}`}
        tone="bad"
        walk={walk}
      />
      <BrokenIntents
        intents={undecided}
        title={`${counted(undecided.length, "promise")} undecided`}
        tone="unknown"
        walk={walk}
      />
      <Text size="sm">
        {counted(holding, "promise holds", "promises hold")} with it.
        {repaired.length === 0 ? "" : ` It repairs ${listed(repaired)}.`}
        {brokenBefore.length === 0
          ? ""
          : ` Broken already, and no more of it: ${listed(brokenBefore.map(({ id }) => id))}.`}
      </Text>
      {answer.diff === null ? null : <DiffView diff={answer.diff} walk={walk} />}
      {kept.length + notLoaded.length === 0 ? null : (
        <Alert color="yellow" variant="light" title="Not all of the files is loaded">
          <List size="sm">
            {kept.map(({ table, owner }) => (
              <List.Item key={table}>
                table <Mono>{table}</Mono> of {owner ?? "nobody known"} stays as it is
              </List.Item>
            ))}
            {notLoaded.map((set) => (
              <List.Item key={set}>
                elements of <Mono>{set}</Mono> count from the next start on
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Findings findings={findings} />
    </Stack>
  );
}

/** Said first: what stands below is no proof, or less of one. */
function NotProved({ answer: { loads, isComplete, reasons } }: { readonly answer: ProofAnswer }) {
  if (loads && isComplete) return null;
  return (
    <Alert
      color={loads ? "yellow" : "red"}
      variant="light"
      title={loads ? "Not all is proved" : "It would not load"}
      role="alert"
    >
      <List size="sm">
        {reasons.map((reason) => (
          <List.Item key={reason}>
            <Prose text={reason} />
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
