import { Button, Group, SimpleGrid, Stack, Tabs, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Finding } from "../../../../src/engine/answer/lint.ts";
import { post, put } from "../../api/client.ts";
import type { Change } from "../../api/types.ts";
import { Editor } from "../../components/Editor.tsx";
import { Fault } from "../../components/Fault.tsx";
import type { Mark } from "../../components/lineMarks.ts";
import { Panel } from "../../components/Panel.tsx";
import { Working } from "../../components/Working.tsx";
import type { Files } from "../../engine/messages.ts";
import { useLiveDiff } from "../../engine/useLiveDiff.ts";
import { LivePanel } from "./LivePanel.tsx";
import { OtherEdit } from "./OtherEdit.tsx";
import { type Edited, type Saved, useEdited } from "./useEdited.ts";

/** The files on one side, what they would do on the other. */
export function EditFiles({
  device,
  before,
  change,
  saved,
}: {
  readonly device: string;
  /** As they lie on the device. */
  readonly before: Files;
  /** Null: a new one. */
  readonly change: Change | null;
  readonly saved: Saved | null;
}) {
  const edited = useEdited(device, before, saved);
  const { base, begun, files, seenHash, isKept } = edited;
  const live = useLiveDiff(base, files);
  const changed = files.filter(
    ([path, text], index) => text !== base[index]?.[1] || saved?.files.has(path),
  );
  const isOvertaken = change !== null && saved !== null && saved.contentHash !== seenHash;
  return (
    <Stack>
      {isOvertaken ? (
        <OtherEdit
          change={change}
          theirs={saved.files}
          mine={files}
          onMine={() => edited.see(saved.contentHash)}
          onTheirs={edited.restart}
        />
      ) : isKept ? (
        <Before restart={edited.restart} />
      ) : null}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Panel title={`Files of ${device}`}>
          <Stack>
            <Sheets
              key={begun.number}
              begun={begun.files}
              live={live.answer?.findings ?? NO_FINDINGS}
              write={edited.write}
            />
            <Propose device={device} edited={edited} files={changed} saved={saved} />
          </Stack>
        </Panel>
        <LivePanel live={live} isChanged={changed.length > 0} />
      </SimpleGrid>
    </Stack>
  );
}

const NO_FINDINGS: readonly Finding[] = [];

function Before({ restart }: { readonly restart: () => void }) {
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        What you typed before is here again.
      </Text>
      <Button size="compact-sm" variant="default" onClick={restart}>
        Begin anew
      </Button>
    </Group>
  );
}

function Sheets({
  begun,
  live,
  write,
}: {
  readonly begun: Files;
  readonly live: readonly Finding[];
  readonly write: (path: string, text: string) => void;
}) {
  return (
    <Tabs defaultValue={begun[0]?.[0] ?? ""}>
      {begun.length === 1 ? null : (
        <Tabs.List>
          {begun.map(([path]) => (
            <Tabs.Tab key={path} value={path}>
              {path}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      )}
      {begun.map(([path, text]) => (
        <Tabs.Panel key={path} value={path}>
          <Sheet path={path} text={text} live={live} write={write} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Sheet({
  path,
  text,
  live,
  write,
}: {
  readonly path: string;
  readonly text: string;
  readonly live: readonly Finding[];
  readonly write: (path: string, text: string) => void;
}) {
  const marks = useMemo(
    () =>
      live.flatMap(({ file, line, severity, code, message }): Mark[] =>
        file !== path || line === null || severity === "note"
          ? []
          : [{ line, tone: severity === "error" ? "bad" : "warn", text: `${code}: ${message}` }],
      ),
    [live, path],
  );
  return (
    <Editor label={path} initial={text} marks={marks} onChange={(next) => write(path, next)} />
  );
}

function Propose({
  device,
  edited,
  files,
  saved,
}: {
  readonly device: string;
  readonly edited: Edited;
  /** Those that are not as they lie on the device. */
  readonly files: Files;
  readonly saved: Saved | null;
}) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const isChanged = files.length > 0;
  const proposing = useMutation({
    mutationFn: async () => {
      const body = { files: files.map(([path, text]) => ({ path, text })) };
      const { id, contentHash } =
        saved === null
          ? await post<Change>("/v1/changes", { device, ...body })
          : await put<Change>(`/v1/changes/${saved.id}/files`, {
              ...body,
              seenHash: edited.seenHash,
            });
      edited.see(contentHash);
      edited.forget();
      /* One that cannot be proved is kept all the same: its page says why. */
      await post(`/v1/changes/${id}/prove`).catch(() => undefined);
      return id;
    },
    /* Somebody else may have saved it: the page asks, and shows both texts. */
    onError: () => client.invalidateQueries({ queryKey: ["changes"] }),
    onSuccess: async (id) => {
      await client.invalidateQueries();
      await navigate({ to: "/changes/$id", params: { id: String(id) } });
    },
  });
  return (
    <>
      <Group gap="xs">
        <Button
          loading={proposing.isPending}
          disabled={!isChanged}
          onClick={() => proposing.mutate()}
        >
          {saved === null ? "Propose and prove" : "Save and prove"}
        </Button>
        <Text size="sm" c="dimmed">
          {isChanged ? "Nothing is loaded by this." : "Nothing is changed yet."} Tab leaves the
          text.
        </Text>
      </Group>
      <Working text="Proving it for all packets of all paths" work={proposing} />
      {proposing.error === null ? null : <Fault fault={proposing.error} />}
    </>
  );
}
