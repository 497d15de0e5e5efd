import { Button, Group, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { questionsQuery } from "../../api/queries.ts";
import type { QuestionSet } from "../../api/types.ts";
import { Empty } from "../../components/Empty.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { QuestionForm } from "./QuestionForm.tsx";

/** Questions of the own rules, one after the other; asked for when somebody wants them, since each is walked. */
export function Questions() {
  const [seed, setSeed] = useState<number | null>(null);
  return (
    <Panel title="What happens to this packet?">
      {seed === null ? (
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            Five packets near the edges of your own rules. You say what becomes of each, and which
            rule decides; a walk through the rules says what is right. Nobody keeps your answers.
          </Text>
          <Button variant="default" onClick={() => setSeed(1)}>
            Ask me
          </Button>
        </Stack>
      ) : (
        <OneSet key={seed} seed={seed} next={() => setSeed(seed + 1)} />
      )}
    </Panel>
  );
}

interface SetProps {
  readonly seed: number;
  readonly next: () => void;
}

function OneSet({ seed, next }: SetProps) {
  const query = useQuery(questionsQuery(seed));
  return (
    <Answered query={query} lines={8}>
      {(found) => <Sequence found={found} seed={seed} next={next} />}
    </Answered>
  );
}

function Sequence({
  found: { questions, notAsked },
  seed,
  next,
}: SetProps & { readonly found: QuestionSet }) {
  const [at, setAt] = useState(0);
  const [right, setRight] = useState(0);
  const question = questions[at];
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" role="status">
        Set {seed}:{" "}
        {question === undefined
          ? `${right} of ${questions.length} right`
          : `question ${at + 1} of ${questions.length}, ${right} right so far`}
      </Text>
      {questions.length === 0 ? <Empty title="There is nothing to ask about." /> : null}
      {question === undefined ? (
        <Group>
          <Button variant="default" onClick={next}>
            Another set
          </Button>
        </Group>
      ) : (
        <QuestionForm
          key={question.id}
          question={question}
          graded={(isRight) => setRight(right + (isRight ? 1 : 0))}
          next={() => setAt(at + 1)}
        />
      )}
      {notAsked.length === 0 ? null : (
        <div>
          <Text size="sm" fw={600}>
            Not asked about
          </Text>
          <List size="sm">
            {notAsked.map((why) => (
              <List.Item key={why}>
                <bdi>
                  <Prose text={why} />
                </bdi>
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}
