import { Button, Group, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import type { Incident } from "../../api/types.ts";
import { Clock } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { useDraft } from "../../lib/useDraft.ts";
import classes from "./TimelinePanel.module.css";

/** The story, and everything that was recorded: the one is read at night, the other afterwards. */
export function TimelinePanel({ incident }: { readonly incident: Incident }) {
  const { id, timeline, symptoms } = incident;
  const [which, setWhich] = useState<"story" | "all">("story");
  const felt = new Set(symptoms.slice(1).map(({ text }) => text));
  const shown = which === "all" ? timeline : timeline.filter(({ text }) => !felt.has(text));
  return (
    <Panel
      title="Timeline"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="How much of it"
          value={which}
          onChange={(next) => setWhich(next === "all" ? "all" : "story")}
          data={[
            { value: "story", label: "Story" },
            { value: "all", label: `All ${timeline.length}` },
          ]}
        />
      }
    >
      <Stack>
        <ol className={classes["timeline"]}>
          {shown.map(({ atMs, text }) => (
            <li key={`${atMs} ${text}`}>
              <Text span size="sm" c="dimmed" ff="monospace">
                <Clock atMs={atMs} />
              </Text>
              <Text span size="sm">
                <bdi>
                  <Prose text={text} />
                </bdi>
              </Text>
            </li>
          ))}
        </ol>
        <NoteForm id={id} />
      </Stack>
    </Panel>
  );
}

function NoteForm({ id }: { readonly id: number }) {
  const client = useQueryClient();
  const [text, setText, forget] = useDraft(`note ${id}`);
  const noting = useMutation({
    mutationFn: () => post(`/v1/incidents/${id}/notes`, { text }),
    /* What was typed stays until it is known to be kept. */
    onSuccess: forget,
    onSettled: () => client.invalidateQueries({ queryKey: ["incidents"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    noting.mutate();
  };
  return (
    <form onSubmit={submit} className="no-print">
      <Textarea
        label="Add to the timeline"
        placeholder="What you see, or did"
        autosize
        required
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Group mt="xs">
        <Button type="submit" variant="default" loading={noting.isPending}>
          Add note
        </Button>
      </Group>
      {noting.error === null ? null : <Fault fault={noting.error} />}
    </form>
  );
}
