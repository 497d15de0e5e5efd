import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client.ts";
import type { Grade, Question } from "../../api/types.ts";
import { Lines, Mono } from "../../components/Code.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Word } from "../../components/Word.tsx";

const VERDICTS = [
  ["accept", "it is accepted"],
  ["drop", "it is dropped, without a word"],
  ["reject", "it is rejected, with an answer"],
] as const;

/** One packet: what becomes of it, and by which rule; then what is right, and the way that it takes. */
export function QuestionForm({
  question: { id, device, packet, rules },
  graded,
  next,
}: {
  readonly question: Question;
  readonly graded: (isRight: boolean) => void;
  readonly next: () => void;
}) {
  const [verdict, setVerdict] = useState<string | null>(null);
  const [rule, setRule] = useState<string | null>(null);
  const answering = useMutation({
    mutationFn: () => post<Grade>("/v1/training/answers", { question: id, verdict, rule }),
    onSuccess: (grade) => graded(grade.verdict.isRight && grade.rule.isRight),
  });
  const grade = answering.data;
  const isReady = verdict !== null && rule !== null;
  /* What was answered stays to be read beside what is right. */
  const choose = (set: (value: string) => void) => (value: string) => {
    if (grade === undefined) set(value);
  };
  return (
    <Stack gap="sm">
      <Text>
        On <bdi>{device}</bdi>: <Mono>{packet}</Mono>
      </Text>
      <Radio.Group label="What becomes of it?" value={verdict} onChange={choose(setVerdict)}>
        <Stack gap={6} mt={4}>
          {VERDICTS.map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      <Radio.Group
        label="What decides?"
        description="Of what is accepted: in the last chain that filters it."
        value={rule}
        onChange={choose(setRule)}
      >
        <Stack gap={6} mt={4}>
          {rules.map(({ id: value, text }) => (
            <Radio key={value} value={value} label={<Mono>{text}</Mono>} />
          ))}
        </Stack>
      </Radio.Group>
      {/* The same button, so that the keyboard stays where it is. */}
      <Group>
        <Button
          variant={grade === undefined ? "filled" : "default"}
          disabled={!isReady}
          loading={answering.isPending}
          onClick={() => (grade === undefined ? answering.mutate() : next())}
        >
          {grade === undefined ? "Answer" : "Next"}
        </Button>
      </Group>
      <div role="status">{grade === undefined ? null : <GradeView grade={grade} />}</div>
      {answering.error === null ? null : <Fault fault={answering.error} />}
    </Stack>
  );
}

function GradeView({ grade: { verdict, rule, explanation } }: { readonly grade: Grade }) {
  return (
    <Stack gap="xs">
      <Text component="div">
        <Word tone={verdict.isRight ? "good" : "bad"}>{verdict.isRight ? "right" : "wrong"}</Word>:
        the verdict is {verdict.right}.{" "}
        <Word tone={rule.isRight ? "good" : "bad"}>{rule.isRight ? "right" : "wrong"}</Word>: it is
        decided by <Mono>{rule.text}</Mono>
      </Text>
      <Lines label="The way that the packet takes" text={explanation.join("\n")} />
    </Stack>
  );
}
