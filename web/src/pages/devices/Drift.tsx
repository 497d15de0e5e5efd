import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client.ts";
import { snapshotQuery } from "../../api/queries.ts";
import type { Device } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Clock } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { TextDiff } from "../../components/TextDiff.tsx";
import { Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";
import { BrokenIntents } from "../changes/BrokenIntents.tsx";

/** What runs and was not approved: what it means, and the two ways to end it. */
export function Drift({ device }: { readonly device: Device }) {
  const { watch, baseline, asked } = device;
  if (watch.kind === "noBaseline") return <NoBaseline device={device} />;
  if (watch.kind === "blind")
    return (
      <Alert color="gray" variant="light" title="Not seen" role="alert">
        Since <Clock atMs={watch.sinceMs} />: <Prose text={watch.reason} />. Nothing is known of
        what runs there.
      </Alert>
    );
  const { drift, snapshot } = watch;
  if (!drift.isDrift && asked === null) return null;
  return (
    <Panel title="Drift: not what was approved" tone={drift.broken.length > 0 ? "bad" : "warn"}>
      <Stack gap="sm">
        <Text size="sm" component="div">
          <Word tone={drift.broken.length > 0 ? "bad" : "warn"}>{drift.meaning}</Word> since{" "}
          <Clock atMs={drift.atMs} />
          {drift.undecided.length === 0 ? "" : ` · undecided: ${drift.undecided.join(", ")}`}
        </Text>
        {/* The API gives of a broken promise less than a proof does: who decides stands in the incident. */}
        <BrokenIntents
          intents={drift.broken.map((intent) => ({ ...intent, ...NO_PACKET }))}
          title={`Breaks ${counted(drift.broken.length, "promise")}`}
          tone="bad"
        />
        {/* Above the texts, which come later: a button that moves away gets another one pressed. */}
        <Ends device={device} hash={snapshot} />
        {baseline === null ? null : (
          <Texts device={device.name} before={baseline.hash} after={snapshot} />
        )}
      </Stack>
    </Panel>
  );
}

const NO_PACKET = {
  status: "broken",
  part: null,
  example: null,
  verdict: null,
  rejectWith: null,
  by: null,
  dependsOn: [],
  except: null,
} as const;

function Texts({
  device,
  before,
  after,
}: {
  readonly device: string;
  readonly before: string;
  readonly after: string;
}) {
  const approved = useQuery(snapshotQuery(device, before));
  const running = useQuery(snapshotQuery(device, after));
  return (
    <Answered query={approved}>
      {({ parts }) => (
        <Answered query={running}>
          {(now) => <Changed approved={parts} running={now.parts} />}
        </Answered>
      )}
    </Answered>
  );
}

type Parts = readonly { readonly name: string; readonly text: string | null }[];

function Changed({ approved, running }: { readonly approved: Parts; readonly running: Parts }) {
  const texts = new Map(approved.map(({ name, text }) => [name, text ?? ""]));
  const changed = running.filter(({ name, text }) => (text ?? "") !== (texts.get(name) ?? ""));
  return (
    <Stack>
      {changed.map(({ name, text }) => (
        <TextDiff
          key={name}
          label={`${name}: approved, and as it runs`}
          before={texts.get(name) ?? ""}
          after={text ?? ""}
          marks={NO_MARKS}
        />
      ))}
    </Stack>
  );
}

const NO_MARKS: readonly never[] = [];

function Ends({
  device: { name, asked },
  hash,
}: {
  readonly device: Device;
  readonly hash: string;
}) {
  const session = useSession();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: (verb: "baseline" | "baseline/agree" | "revert") =>
      post(`/v1/devices/${encodeURIComponent(name)}/${verb}`, { hash }),
    onSettled: () => client.invalidateQueries(),
  });
  if (!mayOperate(session)) return <Text size="sm">Operators take it back or adopt it.</Text>;
  const isAsked = asked?.hash === hash;
  return (
    <>
      {asked === null ? null : (
        <Text size="sm">
          <bdi>{asked.login}</bdi> asks to adopt it, although it loses {asked.lost.join(", ")}: a
          second person agrees, or takes it back.
        </Text>
      )}
      <Group gap="xs">
        <Button
          loading={ending.isPending && ending.variables === "revert"}
          onClick={() => ending.mutate("revert")}
        >
          Take it back to what was approved
        </Button>
        {isAsked && asked.login !== session.login ? (
          <Button
            variant="default"
            loading={ending.isPending && ending.variables === "baseline/agree"}
            onClick={() => ending.mutate("baseline/agree")}
          >
            Agree to adopt it
          </Button>
        ) : (
          <Button
            variant="default"
            loading={ending.isPending && ending.variables === "baseline"}
            onClick={() => ending.mutate("baseline")}
          >
            Adopt it as the baseline
          </Button>
        )}
      </Group>
      {ending.error === null ? null : <Fault fault={ending.error} />}
    </>
  );
}

function NoBaseline({ device: { name } }: { readonly device: Device }) {
  const session = useSession();
  const client = useQueryClient();
  const adopting = useMutation({
    mutationFn: async () => {
      const at = `/v1/devices/${encodeURIComponent(name)}`;
      const { hash } = await post<{ hash: string }>(`${at}/pull`);
      await post(`${at}/baseline`, { hash });
    },
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Alert color="gray" variant="light" title="Nothing is approved here yet">
      <Text size="sm">
        Until somebody adopts what runs as the baseline, it is not watched, and nobody is told when
        it changes.
      </Text>
      {mayOperate(session) ? (
        <Button mt="sm" loading={adopting.isPending} onClick={() => adopting.mutate()}>
          Read it and adopt what runs
        </Button>
      ) : null}
      {adopting.error === null ? null : <Fault fault={adopting.error} />}
    </Alert>
  );
}
