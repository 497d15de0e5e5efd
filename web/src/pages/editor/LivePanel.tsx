import { Alert, Stack, Text } from "@mantine/core";
import { memo } from "react";
import { Panel } from "../../components/Panel.tsx";
import type { Answer } from "../../engine/messages.ts";
import type { LiveDiff } from "../../engine/useLiveDiff.ts";
import { durationText } from "../../lib/time.ts";
import { DiffView } from "../changes/DiffView.tsx";
import { Findings } from "../changes/Findings.tsx";

/** What the text would do to packets, while it is typed. The proof on what runs comes with the proposal. */
export function LivePanel({
  live: { answer, isOld, fault },
  isChanged,
}: {
  readonly live: LiveDiff;
  readonly isChanged: boolean;
}) {
  const when = answer === null ? "" : `compared in ${durationText(answer.tookMs)}`;
  /* Empty: what is said is of no edit that is shown. */
  const edit = answer === null || isOld ? "" : answer.number;
  return (
    <Panel
      title="What it would do to packets"
      aside={
        <Text size="sm" c="dimmed" role="status" data-compared-edit={edit}>
          {isOld ? "comparing …" : when}
        </Text>
      }
    >
      {fault === null ? null : (
        <Alert color="red" variant="light" title="The comparison failed on this page">
          {fault}. Proposing proves it on the server all the same.
        </Alert>
      )}
      {!isChanged ? (
        <Text size="sm">
          Change a line: which packets fare otherwise is shown here as you type.
        </Text>
      ) : answer === null ? null : (
        <Stack style={{ opacity: isOld ? 0.6 : 1 }}>
          <Told answer={answer} />
        </Stack>
      )}
    </Panel>
  );
}

/* A key makes the answer old, and no other: drawing it again would be felt in the next key. */
const Told = memo(function Told({ answer: { diff, findings } }: { readonly answer: Answer }) {
  return (
    <>
      {diff === null ? (
        <Alert color="red" variant="light" title="It would not load">
          The findings say where.
        </Alert>
      ) : (
        <DiffView diff={diff} />
      )}
      <Findings findings={findings} />
    </>
  );
});
