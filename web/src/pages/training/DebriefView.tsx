import { List, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { debriefQuery } from "../../api/queries.ts";
import type { Debrief } from "../../api/types.ts";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";

/** What it came to: points with their reasons, what could have been seen when, and what to practise next. */
export function DebriefView({ run }: { readonly run: number }) {
  const query = useQuery(debriefQuery(run));
  return (
    <Answered query={query} lines={10}>
      {(debrief) => (
        <Stack>
          <Score debrief={debrief} />
          <Times debrief={debrief} />
        </Stack>
      )}
    </Answered>
  );
}

const OUTCOMES: Readonly<Record<Debrief["outcome"], readonly [Tone, string]>> = {
  restored: ["good", "restored"],
  givenUp: ["warn", "given up"],
  tooLate: ["bad", "too late"],
};

const PARTS: Readonly<Record<Debrief["score"]["parts"][number]["id"], string>> = {
  detect: "Called it an outage",
  diagnose: "Found the cause",
  restore: "Got it to work again",
  playbook: "Followed the playbook",
  harm: "Kept harm away",
};

function Score({ debrief: { outcome, score, truth, practise } }: { readonly debrief: Debrief }) {
  const [tone, word] = OUTCOMES[outcome];
  return (
    <Panel title={`Debrief: ${score.total} of 100`} aside={<Word tone={tone}>{word}</Word>}>
      <Stack gap="xs">
        {score.parts.map(({ id, points, of, text }) => (
          <div key={id}>
            <Text size="sm">
              <strong>{PARTS[id]}</strong>: {points} of {of}, <Prose text={text} />
            </Text>
            <Progress
              value={of === 0 ? 0 : (100 * points) / of}
              aria-label={`${PARTS[id]}: ${points} of ${of}`}
            />
          </div>
        ))}
        {score.deductions.map(({ points, text }) => (
          <Text key={text} size="sm">
            −{points}: <Prose text={text} />
          </Text>
        ))}
        <Text size="sm">
          <strong>What it was:</strong> <Prose text={truth.cause} />
        </Text>
        <Text size="sm">
          <strong>What ends it:</strong> <Prose text={truth.remedy} />
        </Text>
        {practise.length === 0 ? null : (
          <div>
            <Text size="sm" fw={600}>
              Practise next
            </Text>
            <List size="sm">
              {practise.map((text) => (
                <List.Item key={text}>
                  <Prose text={text} />
                </List.Item>
              ))}
            </List>
          </div>
        )}
      </Stack>
    </Panel>
  );
}

const KINDS: Readonly<Record<Debrief["timeline"][number]["kind"], string>> = {
  broke: "broke",
  visible: "could be seen",
  did: "you",
  restored: "restored",
};

function Times({ debrief: { timeline, reference } }: { readonly debrief: Debrief }) {
  return (
    <SimpleGrid cols={{ base: 1, md: reference.length === 0 ? 1 : 2 }}>
      <Panel title="Minute by minute">
        <List size="sm">
          {timeline.map(({ minute, kind, text, atMs }) => (
            <List.Item key={`${atMs} ${kind} ${text}`}>
              minute {Math.round(minute)}: <strong>{KINDS[kind]}</strong>: <Prose text={text} />
            </List.Item>
          ))}
        </List>
      </Panel>
      {reference.length === 0 ? null : (
        <Panel title="How it went in reality">
          <List size="sm">
            {reference.map(({ minute, text }) => (
              <List.Item key={`${minute} ${text}`}>
                minute {minute}: {text}
              </List.Item>
            ))}
          </List>
        </Panel>
      )}
    </SimpleGrid>
  );
}
