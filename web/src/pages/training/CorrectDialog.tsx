import { Button, Group, Modal, MultiSelect, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import { networkQuery } from "../../api/queries.ts";
import type { TrainingEntry } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";
import { dayOf, momentOf } from "./dayField.ts";

/** Puts right what was written down of a lesson: what was there before stays in the record, with who and why. */
export function CorrectDialog({ entry }: { readonly entry: TrainingEntry }) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        onClick={dialog.open}
        aria-label={`Correct attendance ${entry.number}`}
      >
        Correct…
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title={`Correct attendance ${entry.number}`}
        centered
      >
        <CorrectForm entry={entry} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function CorrectForm({
  entry: { number, logins: before, atMs, note: noteBefore },
  onDone,
}: {
  readonly entry: TrainingEntry;
  readonly onDone: () => void;
}) {
  const client = useQueryClient();
  const { data: network } = useQuery(networkQuery);
  const [logins, setLogins] = useState<string[]>([...before]);
  const [day, setDay] = useState(() => dayOf(atMs));
  const [note, setNote] = useState(noteBefore);
  const [why, setWhy] = useState("");
  const correcting = useMutation({
    mutationFn: () => {
      const held = day === dayOf(atMs) ? null : momentOf(day);
      return post(`/v1/training/attendance/${number}/corrections`, {
        logins,
        atMs: held,
        note,
        why,
      });
    },
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: ["training"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    correcting.mutate();
  };
  const known = (network?.people ?? []).map(({ login, name }) => ({ value: login, label: name }));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">
          What was written down stays in the record, marked as corrected; this counts in its place.
        </Text>
        <MultiSelect
          label="Who took part in truth"
          description={logins.length === 0 ? "Nobody: it was not held." : undefined}
          searchable
          value={logins}
          onChange={setLogins}
          data={known}
          comboboxProps={{ withinPortal: true }}
        />
        <TextInput
          type="date"
          label="Held on"
          max={dayOf(Date.now())}
          value={day}
          onChange={({ currentTarget }) => setDay(currentTarget.value)}
        />
        <TextInput
          label="Note (may be left out)"
          value={note}
          onChange={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <TextInput
          label="Why it is corrected"
          required
          data-autofocus
          value={why}
          onChange={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        {correcting.error === null ? null : <Fault fault={correcting.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={correcting.isPending} disabled={why.trim() === ""}>
            Correct it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
