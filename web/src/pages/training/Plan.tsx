import { List, Text } from "@mantine/core";
import type { Lesson, TrainingStanding, TrainingView } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import { counted, listed } from "../../lib/words.ts";
import { STANDINGS } from "./standingWords.ts";

/** What is practised, how often, and how the one who looks stands with it. */
export function Plan({ training }: { readonly training: TrainingView }) {
  const { plan, mine, problems } = training;
  return (
    <Panel title="The plan">
      {plan.length === 0 ? (
        <Empty title="There is no plan yet.">
          Lessons stand under <code>training</code> in the network file.
        </Empty>
      ) : (
        <Rows>
          {plan.map((lesson) => (
            <OneLesson
              key={lesson.id}
              lesson={lesson}
              standing={mine.find((one) => one.lesson === lesson.id)}
            />
          ))}
        </Rows>
      )}
      {problems.length === 0 ? null : (
        <List size="sm" mt="sm" aria-label="What is wrong with the plan">
          {problems.map((problem) => (
            <List.Item key={problem}>
              <Word tone="warn">
                <Prose text={problem} />
              </Word>
            </List.Item>
          ))}
        </List>
      )}
    </Panel>
  );
}

function OneLesson({
  lesson,
  standing,
}: {
  readonly lesson: Lesson;
  /** Undefined: the lesson is for others. */
  readonly standing: TrainingStanding | undefined;
}) {
  const { title, kind, what, minutes, everyDays } = lesson;
  const [tone, word] =
    standing === undefined ? (["quiet", "not for you"] as const) : STANDINGS[standing.state];
  return (
    <Row aside={<Word tone={tone}>{word}</Word>}>
      <Text fw={600}>
        <bdi>{title}</bdi>
      </Text>
      <Text size="sm" c="dimmed" component="div">
        {kind === "drill" ? `drill ${what}` : <bdi>{what}</bdi>} · {minutes} minutes · every{" "}
        {everyText(everyDays)} · for {listed(lesson.for)}
        {standing === undefined || standing.dueMs === null ? null : (
          <>
            {" · "}due <Ago atMs={standing.dueMs} />
          </>
        )}
      </Text>
    </Row>
  );
}

const DAYS_OF_YEAR = 365;
const DAYS_OF_WEEK = 7;

function everyText(days: number): string {
  if (days % DAYS_OF_YEAR !== 0)
    return days % DAYS_OF_WEEK === 0 ? counted(days / DAYS_OF_WEEK, "week") : `${days} days`;
  return days === DAYS_OF_YEAR ? "year" : `${days / DAYS_OF_YEAR} years`;
}
