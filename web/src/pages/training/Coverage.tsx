import { Stack, Table, Text } from "@mantine/core";
import type { TrainingView } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";
import { STANDINGS } from "./standingWords.ts";

/** How many have done each lesson in time; approvers also see who is late. */
export function Coverage({ training }: { readonly training: TrainingView }) {
  const { plan, coverage, people } = training;
  if (plan.length === 0) return null;
  const titles = new Map(plan.map(({ id, title }) => [id, title]));
  const late = people.filter(({ state }) => state !== "current");
  return (
    <Panel title="Who has practised">
      <Stack>
        <Table.ScrollContainer minWidth={320}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Lesson</Table.Th>
                <Table.Th ta="right">In time</Table.Th>
                <Table.Th ta="right">Late</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {coverage.map(({ lesson, people: asked, current, due, overdue, never }) => (
                <Table.Tr key={lesson}>
                  <Table.Td>
                    <bdi>{titles.get(lesson) ?? lesson}</bdi>
                  </Table.Td>
                  <Table.Td ta="right">
                    {current + due} of {asked}
                  </Table.Td>
                  <Table.Td ta="right">{overdue + never}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        {late.length === 0 ? null : (
          <ul aria-label="Who is late, or soon will be" style={{ margin: 0, paddingLeft: "1.2em" }}>
            {late.map(({ login, lesson, title, state, dueMs }) => {
              const [tone, word] = STANDINGS[state];
              return (
                <li key={`${lesson} ${login}`}>
                  <Text size="sm" component="div">
                    <bdi>{login}</bdi>: <bdi>{title}</bdi> <Word tone={tone}>{word}</Word>
                    {dueMs === null ? null : (
                      <>
                        , due <Ago atMs={dueMs} />
                      </>
                    )}
                  </Text>
                </li>
              );
            })}
          </ul>
        )}
      </Stack>
    </Panel>
  );
}
