import { Stack, Text } from "@mantine/core";
import type { Change } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { listed } from "../../lib/words.ts";

/** Who looked at it and what they saw: an approval holds for exactly that. */
export function Approvals({ change }: { readonly change: Change }) {
  const { approvals, override, alone, isFourEyes } = change;
  if (approvals.length === 0 && override === null && alone === null) return null;
  return (
    <Panel title="Approvals">
      <Stack gap="xs">
        {approvals.map((approval) => (
          <Text key={`${approval.by} ${approval.atMs}`} size="sm" component="div">
            <Word tone={approval.void === null ? "good" : "warn"}>
              {approval.void === null ? "approved" : "void"}
            </Word>{" "}
            by <bdi>{approval.by}</bdi>, <Ago atMs={approval.atMs} />
            {approval.shown.broken.length === 0
              ? ""
              : `, having seen that it breaks ${listed(approval.shown.broken)}`}
            {approval.alone === null ? null : (
              <>
                , alone; what would be lost: <bdi>{approval.alone.loss}</bdi>
              </>
            )}
            {approval.void === null ? null : <Prose text={`: ${approval.void}`} />}
          </Text>
        ))}
        {isFourEyes === false ? <NotFourEyes /> : null}
        {alone === null ? null : (
          <Text size="sm" component="div">
            <Word tone="warn">pause</Word> <bdi>{alone.by}</bdi> said what would be lost:{" "}
            <bdi>{alone.loss}</bdi>, <Ago atMs={alone.askedMs} />
            {alone.void === null ? null : <Prose text={`; it does not count: ${alone.void}`} />}
          </Text>
        )}
        {override === null ? null : (
          <Text size="sm" component="div">
            <Word tone="warn">override</Word> asked by <bdi>{override.by}</bdi>:{" "}
            <bdi>{override.reason}</bdi>
            {override.grant === null ? (
              ", not granted yet"
            ) : (
              <>
                , granted by <bdi>{override.grant.by}</bdi>, <Ago atMs={override.grant.atMs} />
              </>
            )}
            , until <Ago atMs={override.untilMs} />
          </Text>
        )}
      </Stack>
    </Panel>
  );
}

function NotFourEyes() {
  return (
    <Text size="sm" component="div">
      <Word tone="warn">not four eyes</Word> who wrote it approved it alone
    </Text>
  );
}
