import { Stack, Text } from "@mantine/core";
import type { CheckedIntent } from "../../../../src/engine/answer/check.ts";
import { Mono } from "../../components/Code.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import classes from "./BrokenIntents.module.css";
import { deciderText } from "./deciderText.ts";
import { type ChangeWalk, ExamplePacket } from "./ExamplePacket.tsx";

/** Promises that are not kept: each with its reason, one packet of it, and the line that decides. */
export function BrokenIntents({
  intents,
  title,
  tone,
  walk = null,
}: {
  readonly intents: readonly CheckedIntent[];
  readonly title: string;
  readonly tone: Tone & ("bad" | "unknown");
  readonly walk?: ChangeWalk | null;
}) {
  if (intents.length === 0) return null;
  return (
    <section aria-label={title}>
      <Word tone={tone}>{title}</Word>
      <Stack gap="sm" mt="xs">
        {intents.map((intent) => (
          <article key={intent.id} className={classes["intent"]} data-tone={tone}>
            <Text fw={650}>
              {intent.id}
              {intent.critical ? " · critical" : ""}
              {intent.owner === null ? "" : ` · ${intent.owner}`}
            </Text>
            <Text size="sm">
              {intent.from} {intent.expect === "blocked" ? "must not reach" : "reaches"} {intent.to}
              , {intent.services.join(", ")}
              {intent.reason === null ? "" : `: ${intent.reason}`}
            </Text>
            {intent.example === null ? null : (
              <Text size="sm" mt={4} component="div">
                <ExamplePacket packet={intent.example} walk={walk} /> {intent.verdict}
                {intent.rejectWith === null ? "" : ` with ${intent.rejectWith}`}
                {" by "}
                <Mono>{deciderText(intent.by)}</Mono>
              </Text>
            )}
            {intent.reasons.map((reason) => (
              <Text key={reason} size="sm">
                <Prose text={reason} />
              </Text>
            ))}
          </article>
        ))}
      </Stack>
    </section>
  );
}
