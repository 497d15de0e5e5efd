import { Button, List, Stack, Text } from "@mantine/core";
import { useState, useTransition } from "react";
import type { DiffAnswer, DiffClass, DiffFate } from "../../../../src/engine/answer/diff.ts";
import {
  BECOMINGS,
  type Becoming,
  becomingOf,
  cutsOpenConnections,
} from "../../../../src/engine/answer/diffGroups.ts";
import { Mono } from "../../components/Code.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";
import classes from "./DiffView.module.css";
import { deciderText } from "./deciderText.ts";
import { type ChangeWalk, ExamplePacket } from "./ExamplePacket.tsx";

/**
 * Which packets change their fate: each class with one packet, and both lines that decide. `walk`: the change that
 * packets are walked through; without one, nothing but this page knows what is compared.
 */
export function DiffView({
  diff,
  walk = null,
}: {
  readonly diff: DiffAnswer;
  readonly walk?: ChangeWalk | null;
}) {
  const cuts = cutsOpenConnections(diff);
  return (
    <Stack gap="md">
      {BECOMINGS.map((becoming) => (
        <Group key={becoming} becoming={becoming} diff={diff} walk={walk} />
      ))}
      {cuts === null ? null : (
        <Text size="sm">
          {cuts
            ? "Open connections are cut as well as new ones."
            : "New connections are cut; open ones go on."}
        </Text>
      )}
      <Closing diff={diff} />
    </Stack>
  );
}

const WORDS: Readonly<Record<Becoming, readonly [Tone, string]>> = {
  close: ["bad", "closes"],
  open: ["warn", "opens"],
  change: ["warn", "changes"],
  "may close": ["unknown", "may close"],
  "may open": ["unknown", "may open"],
  "may change": ["unknown", "may change"],
};
/** Classes of one kind that stand there at once. */
const SHOWN = 5;

function Group({
  becoming,
  diff,
  walk,
}: {
  readonly becoming: Becoming;
  readonly diff: DiffAnswer;
  readonly walk: ChangeWalk | null;
}) {
  const [isWhole, setWhole] = useState(false);
  /* Hundreds take longer to draw than a press may wait. */
  const [isDrawing, draw] = useTransition();
  const all = diff.classes.filter((one) => becomingOf(one) === becoming);
  if (all.length === 0) return null;
  const [tone, word] = WORDS[becoming];
  const shown = isWhole ? all : all.slice(0, SHOWN);
  return (
    <section aria-label={word}>
      <Stack gap="sm">
        {shown.map((one) => (
          <ClassView
            key={`${one.path} ${one.example}`}
            one={one}
            tone={tone}
            word={word}
            walk={walk}
          />
        ))}
        {all.length > shown.length ? (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-busy={isDrawing}
            onClick={() => draw(() => setWhole(true))}
          >
            Show {counted(all.length - shown.length, "more class", "more classes")}
          </Button>
        ) : null}
      </Stack>
    </section>
  );
}

/* Plain elements: there may be hundreds of it. */
function ClassView({
  one,
  tone,
  word,
  walk,
}: {
  readonly one: DiffClass;
  readonly tone: Tone;
  readonly word: string;
  readonly walk: ChangeWalk | null;
}) {
  const { path, description, exact, example, alterations, before, after, dependsOn } = one;
  return (
    <article className={classes["class"]} data-tone={tone}>
      <Word tone={tone}>{word}</Word> <span className={classes["path"]}>{path}</span>
      <ul className={classes["lines"]}>
        {description.map((line) => (
          <li key={line}>
            <Prose text={line} />
          </li>
        ))}
        {exact ? null : <li>and more that is counted, and not told</li>}
      </ul>
      <div className={classes["said"]}>
        one packet: <ExamplePacket packet={example} walk={walk} />
      </div>
      {alterations.length === 0 ? null : (
        <ul className={classes["lines"]}>
          {alterations.map(({ what, before: was, after: is }) => (
            <li key={what}>
              {what}: <Mono>{was}</Mono> → <Mono>{is}</Mono>
            </li>
          ))}
        </ul>
      )}
      <dl className={classes["fates"]}>
        <dt>before</dt>
        <dd>
          <FateText fate={before} />
        </dd>
        <dt>after</dt>
        <dd>
          <FateText fate={after} />
        </dd>
      </dl>
      {dependsOn.length === 0 ? null : (
        <div className={classes["said"]}>depends on {dependsOn.slice(0, 6).join(", ")}</div>
      )}
    </article>
  );
}

function FateText({ fate: { verdict, rejectWith, by } }: { readonly fate: DiffFate }) {
  return (
    <>
      <strong>{rejectWith === null ? verdict : `${verdict} with ${rejectWith}`}</strong>{" "}
      <Mono>{deciderText(by)}</Mono>
    </>
  );
}

/** What is proved of all other packets, in exact words. */
function Closing({
  diff: { equal, classes: all, reasons, truncated, assumptions },
}: {
  readonly diff: DiffAnswer;
}) {
  const why = [
    ...reasons,
    ...(truncated === 0 ? [] : [`${truncated} further classes were found and not told`]),
  ];
  const assumed = assumptions.join("; ");
  if (why.length > 0)
    return (
      <div>
        <Word tone="unknown">
          {equal === false ? "not all is proved beyond these" : "undecided: not proved equal"}
        </Word>
        <List size="sm" mt={4}>
          {why.map((reason) => (
            <List.Item key={reason}>
              <Prose text={reason} />
            </List.Item>
          ))}
        </List>
      </div>
    );
  const sentence =
    equal === true
      ? "No difference: proved equal for all packets on all three paths."
      : equal === false || all.length > 0
        ? "Nothing else changes: proved for all other packets."
        : "Undecided.";
  return (
    <Text size="sm">
      <strong>{sentence}</strong>{" "}
      <Text span c="dimmed">
        Assuming: <Prose text={assumed} />.
      </Text>
    </Text>
  );
}
