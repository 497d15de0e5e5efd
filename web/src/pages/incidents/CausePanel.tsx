import { List, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Cause, Incident, ToldDifference } from "../../api/types.ts";
import { Ago, Clock } from "../../components/Ago.tsx";
import { Mono } from "../../components/Code.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";

/** Why it hurts: the rule, the line, who, when; or that no rule does, with what that rests on. */
export function CausePanel({ incident }: { readonly incident: Incident }) {
  const { cause, doubts, symptoms } = incident;
  if (cause === null)
    return (
      <Panel title="Cause">
        <Text size="sm" role="status">
          It is being looked for: each difference of the last days is asked what it breaks.
        </Text>
      </Panel>
    );
  return (
    <Panel title="Cause" {...(cause.kind === "explained" ? { tone: "bad" as const } : {})}>
      <Stack gap="sm">
        <Told cause={cause} total={symptoms.length} isProved={doubts.length === 0} />
        {doubts.length === 0 ? null : (
          <List size="sm" aria-label="Why it is not proved">
            {doubts.map((doubt) => (
              <List.Item key={doubt}>
                <Prose text={doubt} />
              </List.Item>
            ))}
          </List>
        )}
        <RuledOut differences={cause.ruledOut} />
      </Stack>
    </Panel>
  );
}

function Told({
  cause,
  total,
  isProved,
}: {
  readonly cause: Cause;
  readonly total: number;
  readonly isProved: boolean;
}) {
  switch (cause.kind) {
    case "explained":
      return <Explained cause={cause} total={total} isProved={isProved} />;
    case "notByRules":
      return (
        <Text size="sm" component="div">
          <Word tone="quiet">not by rules</Word> No difference of rules explains what is felt. Look
          outside the ruleset: the server itself, the line, the other side.
        </Text>
      );
    case "unclear":
      return (
        <Stack gap={4}>
          <Text size="sm" component="div">
            <Word tone="unknown">unclear</Word> It may be one of these, and nobody can say which.
          </Text>
          <List size="sm">
            {cause.reasons.map((reason) => (
              <List.Item key={reason}>
                <Prose text={reason} />
              </List.Item>
            ))}
            {cause.notSeen.map((device) => (
              <List.Item key={device}>{device} is not seen: a rule there may be it</List.Item>
            ))}
          </List>
          {cause.candidates.map((one) => (
            <DifferenceLine key={one.id} one={one} />
          ))}
        </Stack>
      );
  }
}

function Explained({
  cause,
  total,
  isProved,
}: {
  readonly cause: Extract<Cause, { kind: "explained" }>;
  readonly total: number;
  readonly isProved: boolean;
}) {
  const { difference, rules, place, explains, isTakenBack, others, contradicted } = cause;
  return (
    <Stack gap={6}>
      <div>
        {rules.map((rule) => (
          <Text key={rule} component="div" size="lg">
            <Mono>{rule}</Mono>
          </Text>
        ))}
      </div>
      <Text size="sm" component="div">
        <Word tone={isProved ? "bad" : "warn"}>{isProved ? "proved" : "likely"}</Word> on{" "}
        <Link to="/devices/$name" params={{ name: difference.device }}>
          {difference.device}
        </Link>
        {place == null ? "" : `, ${place}`} ·{" "}
        <bdi>
          <Prose text={difference.by} />
        </bdi>
        , <Clock atMs={difference.atMs} />
        {difference.change === null ? (
          " · no change approved it"
        ) : (
          <>
            {" · "}
            <Link to="/changes/$id" params={{ id: String(difference.change) }}>
              change {difference.change}
            </Link>
          </>
        )}
        {isTakenBack ? " · it does not run any more" : ""}
      </Text>
      <Text size="sm">
        It explains {explains.length} of {counted(total, "symptom")}.
        {contradicted.length === 0
          ? ""
          : ` ${counted(contradicted.length, "thing")} that should not work with it did.`}
      </Text>
      {others.map(({ difference: other, isTakenBack: isGone }) => (
        <div key={other.id}>
          <Text size="sm">{isGone ? "Went before it:" : "Has to go as well:"}</Text>
          <DifferenceLine one={other} />
        </div>
      ))}
    </Stack>
  );
}

function RuledOut({ differences }: { readonly differences: readonly ToldDifference[] }) {
  if (differences.length === 0) return null;
  return (
    <details>
      <summary>Ruled out, proved: {counted(differences.length, "other difference")}</summary>
      {differences.map((one) => (
        <DifferenceLine key={one.id} one={one} />
      ))}
    </details>
  );
}

export function DifferenceLine({ one }: { readonly one: ToldDifference }) {
  return (
    <Text size="sm" component="div" mt={4}>
      {one.added.map((rule) => (
        <div key={`+${rule}`}>
          + <Mono>{rule}</Mono>
        </div>
      ))}
      {one.removed.map((rule) => (
        <div key={`-${rule}`}>
          − <Mono>{rule}</Mono>
        </div>
      ))}
      <Text span size="sm" c="dimmed">
        {one.device},{" "}
        <bdi>
          <Prose text={one.by} />
        </bdi>
        , <Ago atMs={one.atMs} />
      </Text>
    </Text>
  );
}
