import { Text, Title } from "@mantine/core";
import type { Status } from "../../api/types.ts";
import { Clock } from "../../components/Ago.tsx";
import { Prose } from "../../components/Prose.tsx";
import { counted, listed } from "../../lib/words.ts";
import { incidentTitle } from "../incidents/incidentTitle.ts";
import classes from "./Headline.module.css";
import type { Summary } from "./standingSummary.ts";

/** The one sentence that answers "is it safe?", and what it rests on. Never more than is known. */
export function Headline({
  status,
  summary,
}: {
  readonly status: Status;
  readonly summary: Summary;
}) {
  const { tone, text } = told(status, summary);
  return (
    <section className={classes["headline"]} data-tone={tone} aria-label="Is it safe?">
      <Title order={2} size="h3">
        {text}
      </Title>
      <Basis summary={summary} atMs={status.atMs} />
    </section>
  );
}

type Tone = "good" | "bad" | "warn" | "unknown";

function told({ incidents, devices }: Status, summary: Summary): { tone: Tone; text: string } {
  const { broken, holds, undecided, isWhole, notSeen } = summary;
  const open = incidents.filter(({ status }) => status === "open");
  const all = broken.length + holds.length + undecided.length;
  if (broken.length > 0)
    return { tone: "bad", text: `${counted(broken.length, "promise")} of ${all} broken now` };
  const [first] = open;
  if (first !== undefined)
    return { tone: "bad", text: `${incidentTitle(first)}: no promise about rules is broken` };
  if (!isWhole) return { tone: "unknown", text: "Judging what runs …" };
  if (devices.every(({ baseline }) => baseline === null))
    return { tone: "unknown", text: "Nothing is approved yet: adopt what runs as the baseline" };
  if (all === 0) return { tone: "unknown", text: "Nothing is promised yet, so nothing is proved" };
  if (undecided.length > 0)
    return {
      tone: "warn",
      text: `${holds.length} of ${all} promises hold, ${undecided.length} undecided`,
    };
  if (notSeen.length > 0)
    return { tone: "warn", text: `All ${all} promises hold on what is seen, and not all is seen` };
  return { tone: "good", text: `All ${all} promises hold, proved for all packets` };
}

function Basis({ summary, atMs }: { readonly summary: Summary; readonly atMs: number }) {
  const { devices, notSeen, assumptions, sinceMs } = summary;
  return (
    <dl className={classes["basis"]}>
      <dt>Proved</dt>
      <dd>
        {devices.length === 0 ? (
          "nothing: no device was read"
        ) : (
          <>
            on the configuration that runs on {listed(devices)}
            {sinceMs === null ? null : (
              <>
                {" "}
                since <Clock atMs={sinceMs} />
              </>
            )}
            , as of <Clock atMs={atMs} />
          </>
        )}
      </dd>
      <dt>Assumed</dt>
      <dd>
        <Assumptions assumptions={assumptions} />
      </dd>
      <dt>Not seen</dt>
      <dd>
        {notSeen.length === 0 ? (
          "nothing known of"
        ) : (
          <Text component="span" inherit fw={600}>
            <Prose text={notSeen.join("; ")} />
          </Text>
        )}
      </dd>
    </dl>
  );
}

/** All of them are one press away: a proof that hides what it rests on is none. */
function Assumptions({ assumptions }: Pick<Summary, "assumptions">) {
  if (assumptions.length === 0) return "nothing";
  return (
    <details>
      <summary>
        {counted(assumptions.length, "thing")}, such as: <Prose text={assumptions[0] ?? ""} />
      </summary>
      <ul className={classes["assumptions"]}>
        {assumptions.slice(1).map((assumption) => (
          <li key={assumption}>
            <Prose text={assumption} />
          </li>
        ))}
      </ul>
    </details>
  );
}
