import { Button, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client.ts";
import { networkQuery } from "../../api/queries.ts";
import type { Lesson } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";
import { Panel } from "../../components/Panel.tsx";
import { useDraft } from "../../lib/useDraft.ts";
import { dayOf, momentOf } from "./dayField.ts";

/** Who took part in a lesson that was held; a drill that somebody played to its end counts by itself. */
export function Attendance({ plan }: { readonly plan: readonly Lesson[] }) {
  const client = useQueryClient();
  const { data: network } = useQuery(networkQuery);
  const [lesson, setLesson] = useState<string | null>(null);
  const [logins, setLogins] = useState<string[]>([]);
  const [day, setDay] = useState(today);
  const [note, setNote, forget] = useDraft("attendance");
  const writing = useMutation({
    mutationFn: () => {
      const atMs = momentOf(day);
      const held = day === today() || atMs === null ? {} : { atMs };
      return post("/v1/training/attendance", { lesson, logins, note, ...held });
    },
    onSuccess: () => {
      setLogins([]);
      forget();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["training"] }),
  });
  const isReady = lesson !== null && logins.length > 0;
  return (
    <Panel title="Write down who took part">
      <Stack gap="xs">
        <Group gap="xs" align="end">
          <Select
            label="Lesson"
            placeholder="which one"
            w={280}
            maw="100%"
            value={lesson}
            onChange={setLesson}
            data={plan.map(({ id, title }) => ({ value: id, label: title }))}
          />
          <TextInput
            type="date"
            label="Held on"
            max={today()}
            value={day}
            onChange={({ currentTarget }) => setDay(currentTarget.value)}
          />
        </Group>
        <MultiSelect
          label="Who took part"
          placeholder={logins.length === 0 ? "people" : ""}
          searchable
          value={logins}
          onChange={setLogins}
          data={(network?.people ?? []).map(({ login, name }) => ({ value: login, label: name }))}
        />
        <TextInput
          label="Note (may be left out)"
          value={note}
          onChange={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <Group gap="xs">
          <Button disabled={!isReady} loading={writing.isPending} onClick={() => writing.mutate()}>
            Write it down
          </Button>
          <Text size="sm" role="status">
            {writing.isSuccess ? "Written down." : ""}
          </Text>
        </Group>
        {writing.error === null ? null : <Fault fault={writing.error} />}
      </Stack>
    </Panel>
  );
}

function today(): string {
  return dayOf(Date.now());
}
