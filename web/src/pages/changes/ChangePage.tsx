import { Stack, Tabs, Text } from "@mantine/core";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { appliesQuery, changeQuery, proofQuery } from "../../api/queries.ts";
import type { Apply, Change, Proof } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { Page, PageOf } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { loadAhead } from "../../components/TextDiff.tsx";
import { Word } from "../../components/Word.tsx";
import { ApplyPanel } from "../applies/ApplyPanel.tsx";
import { Approvals } from "./Approvals.tsx";
import { ChangeActions } from "./ChangeActions.tsx";
import { ChangeWord } from "./ChangeWord.tsx";
import { Comments } from "./Comments.tsx";
import { ProofView } from "./ProofView.tsx";
import { SourceDiff } from "./SourceDiff.tsx";

/** One change: what it does, what is missing, and its life. */
export function ChangePage() {
  const { id } = useParams({ from: "/changes/$id" });
  const query = useQuery(changeQuery(Number(id)));
  return (
    <PageOf title={`Change ${id}`} query={query}>
      {(change) => <OneChange change={change} />}
    </PageOf>
  );
}

function OneChange({ change }: { readonly change: Change }) {
  const { id, device, author, lastEditor, createdMs, updatedMs, status, isFourEyes } = change;
  const applies = useQuery(appliesQuery);
  const own = (applies.data ?? []).filter((apply: Apply) => apply.change === id);
  return (
    <Page
      title={`Change ${id} of ${device}`}
      lead={
        <>
          <ChangeWord status={status} />{" "}
          {isFourEyes === false ? <Word tone="warn">not four eyes</Word> : null} by{" "}
          <bdi>{author}</bdi>, <Ago atMs={createdMs} />
          {lastEditor === author ? null : (
            <>
              {" "}
              · edited by <bdi>{lastEditor}</bdi>, <Ago atMs={updatedMs} />
            </>
          )}
        </>
      }
    >
      {own.map((apply) => (
        <ApplyPanel key={apply.id} apply={apply} />
      ))}
      <ChangeActions change={change} />
      <What change={change} />
      <Comments change={change} />
      <Approvals change={change} />
    </Page>
  );
}

/** Beside each other where there is room: what it does to packets, and to lines. */
function What({ change }: { readonly change: Change }) {
  const { id, proof } = change;
  useEffect(loadAhead, []);
  const query = useQuery(proofQuery(change));
  return (
    <Panel title="What it does">
      <Tabs defaultValue="packets" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="packets">To packets and promises</Tabs.Tab>
          <Tabs.Tab value="lines">To lines of files</Tabs.Tab>
          <Tabs.Tab value="both" visibleFrom="md">
            Beside each other
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="packets">
          <Packets query={query} isProved={proof !== null} change={id} />
        </Tabs.Panel>
        <Tabs.Panel value="lines">
          <SourceDiff change={change} answer={query.data?.answer ?? null} />
        </Tabs.Panel>
        <Tabs.Panel value="both">
          <Stack>
            <SourceDiff change={change} answer={query.data?.answer ?? null} />
            <Packets query={query} isProved={proof !== null} change={id} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Panel>
  );
}

function Packets({
  query,
  isProved,
  change,
}: {
  readonly query: UseQueryResult<Proof>;
  readonly isProved: boolean;
  readonly change: number;
}) {
  if (!isProved)
    return (
      <Text size="sm">
        Not proved yet: nothing is known of what it does. “Prove” reads the device and finds out.
      </Text>
    );
  return (
    <Answered query={query}>
      {({ answer, atMs }) => <ProofView answer={answer} atMs={atMs} change={change} />}
    </Answered>
  );
}
