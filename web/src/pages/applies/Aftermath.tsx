import { List, Text } from "@mantine/core";
import type { Apply } from "../../api/types.ts";
import { Prose } from "../../components/Prose.tsx";
import { counted } from "../../lib/words.ts";

/** What was done behind the end, and what recovery still waits for. */
export function Aftermath({ aftermath }: { readonly aftermath: NonNullable<Apply["aftermath"]> }) {
  const lines = linesOf(aftermath);
  if (lines.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        Afterwards
      </Text>
      <List size="sm">
        {lines.map((line) => (
          <List.Item key={line}>
            <Prose text={line} />
          </List.Item>
        ))}
      </List>
    </div>
  );
}

function linesOf({
  bootProblem,
  baselineProblem,
  openConnections,
  flushed,
  waitsFor,
}: NonNullable<Apply["aftermath"]>): readonly string[] {
  const contradicting = openConnections?.contradicting ?? 0;
  return [
    ...(bootProblem === null ? [] : [`it would not survive a restart: ${bootProblem}`]),
    ...(baselineProblem === null ? [] : [`it is not the baseline yet: ${baselineProblem}`]),
    ...(contradicting === 0
      ? []
      : [`${counted(contradicting, "open connection")} would not be let in any more`]),
    ...flushed.map(({ device, problem }) =>
      problem === null ? `${device}: deferred mail is tried again` : `${device}: ${problem}`,
    ),
    ...waitsFor.map(({ probe, text }) => `still waiting for ${probe}: ${text}`),
  ];
}
