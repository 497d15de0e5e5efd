import { List, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Trace } from "../../api/types.ts";
import { Mono } from "../../components/Code.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";
import classes from "./TraceView.module.css";
import { VERDICT_TONES, VERDICT_WORDS } from "./verdictWords.ts";

type Step = Trace["steps"][number];
type Place = NonNullable<Trace["rule"]>;

/** The verdict, what decides, and the way through the chains. `of`: which rules, where there are several. */
export function TraceView({ trace, of }: { readonly trace: Trace; readonly of?: string }) {
  const { device, packet, verdict, rejectWith, translated, steps, outcomes, notSeen } = trace;
  const within = of === undefined ? "" : `: ${of.toLowerCase()}`;
  if (outcomes.length === 0)
    return (
      <Empty title={`No chain sees this packet${within}.`}>
        <Text size="sm">Nothing filters it on {device}.</Text>
      </Empty>
    );
  return (
    <>
      <Panel
        title={of ?? "The answer"}
        {...(VERDICT_TONES[verdict] === "bad" ? { tone: "bad" as const } : {})}
      >
        <Stack gap="xs">
          <Text component="div" size="lg" role="status">
            <Word tone={VERDICT_TONES[verdict]}>{VERDICT_WORDS[verdict]}</Word>
            {rejectWith === null ? null : ` with ${rejectWith}`}
          </Text>
          <Text size="sm" component="div">
            <Mono>{packet}</Mono> on{" "}
            <Link to="/devices/$name" params={{ name: device }}>
              {device}
            </Link>
          </Text>
          <Text size="sm" component="div">
            <By by={trace} />
          </Text>
          {translated === null ? null : (
            <Text size="sm" component="div">
              It leaves as <Mono>{translated}</Mono>
            </Text>
          )}
          <Doubts trace={trace} />
          {notSeen.length === 0 ? null : (
            <Text size="sm" component="div">
              <Word tone="unknown">not all was read</Word> <Prose text={notSeen.join("; ")} />
            </Text>
          )}
        </Stack>
      </Panel>
      <Panel title={`The way that it takes${within}`}>
        <Way steps={steps} isWhole={outcomes.length === 1} />
      </Panel>
      {outcomes.length > 1 ? <Outcomes outcomes={outcomes} within={within} /> : null}
    </>
  );
}

function By({
  by: { rule, policy, kernel },
}: {
  readonly by: Pick<Trace, "rule" | "policy" | "kernel">;
}) {
  if (rule !== null)
    return (
      <>
        Decided by <RuleText rule={rule} />
      </>
    );
  if (policy !== null)
    return `Decided by the policy of chain ${policy.chain} in table ${policy.table}: no rule decides`;
  if (kernel !== null) return `Decided by the kernel itself: ${kernel}`;
  return "Nothing decides it in all cases.";
}

/** A line of the listing, which has no path, or of a source file. */
function RuleText({ rule: { file, line, text } }: { readonly rule: Place }) {
  return (
    <>
      {file.includes("/") ? <Mono>{`${file}:${line}`}</Mono> : `line ${line}`}: <Mono>{text}</Mono>
    </>
  );
}

/** Unknown is said as unknown, with what would decide it. */
function Doubts({ trace: { variesBy, dependsOn } }: { readonly trace: Trace }) {
  if (variesBy.length + dependsOn.length === 0) return null;
  return (
    <List size="sm" aria-label="What it hangs on">
      {variesBy.length === 0 ? null : (
        <List.Item>
          Say more to decide it: <Mono>{variesBy.join(", ")}</Mono>
        </List.Item>
      )}
      {dependsOn.map(({ unknown, line }) => (
        <List.Item key={`${unknown} ${line}`}>
          It hangs on <Mono>{unknown}</Mono>
          {line === null ? null : `, line ${line}`}: nobody knows that beforehand
        </List.Item>
      ))}
    </List>
  );
}

function Way({ steps, isWhole }: { readonly steps: readonly Step[]; readonly isWhole: boolean }) {
  if (steps.length === 0)
    return (
      <Text size="sm">
        {isWhole ? "No chain sees this packet." : "It parts at once: see the outcomes below."}
      </Text>
    );
  return (
    <>
      <ol className={classes["way"]}>
        {steps.map((step) => (
          <li key={`${step.hook} ${step.table} ${step.chain}`} className={classes["step"]}>
            <OneStep step={step} />
          </li>
        ))}
      </ol>
      {isWhole ? null : (
        <Text size="sm" c="dimmed" mt="xs">
          So far it goes the same way in every case; then it parts.
        </Text>
      )}
    </>
  );
}

function OneStep({
  step: { hook, table, chain, decision, matched, rule },
}: {
  readonly step: Step;
}) {
  return (
    <>
      <Text size="sm" component="div">
        <strong>{hook}</strong>, chain <bdi>{chain}</bdi> of <bdi>{table}</bdi>
      </Text>
      {matched.map((place) => (
        <Text key={place.line} size="sm" component="div" c="dimmed">
          matches, and goes on: <RuleText rule={place} />
        </Text>
      ))}
      <Text size="sm" component="div">
        <Word tone={VERDICT_TONES[decision]}>{VERDICT_WORDS[decision]}</Word>{" "}
        {rule === null ? "by the policy of the chain: no rule decided" : <RuleText rule={rule} />}
      </Text>
    </>
  );
}

/** Outcomes that stand there at once. */
const SHOWN = 12;

function Outcomes({ outcomes, within }: Pick<Trace, "outcomes"> & { readonly within: string }) {
  const more = outcomes.length - SHOWN;
  return (
    <Panel title={`What can become of it${within}: ${counted(outcomes.length, "outcome")}`}>
      <Stack gap="sm">
        {outcomes.slice(0, SHOWN).map(({ verdict, by, translated, when }) => (
          <div key={`${verdict} ${by.rule?.line} ${translated} ${when.join()}`}>
            <Text size="sm" component="div">
              <Word tone={VERDICT_TONES[verdict]}>{VERDICT_WORDS[verdict]}</Word> <By by={by} />
            </Text>
            {when.length === 0 ? null : (
              <Text size="sm" component="div" c="dimmed">
                where <Mono>{when.join(", ")}</Mono>
              </Text>
            )}
          </div>
        ))}
        {more > 0 ? (
          <Text size="sm">and {counted(more, "more")}; the command line tells all</Text>
        ) : null}
      </Stack>
    </Panel>
  );
}
