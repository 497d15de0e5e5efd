import { Button, Group, NumberInput, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import { Fault } from "../../components/Fault.tsx";

const HOUR_MS = 3_600_000;
const USUAL_HOURS = 24;

/** Asks to go on although promises are broken: with a reason and an end, for a second person to grant. */
export function OverrideForm({ id }: { readonly id: number }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState<number | string>(USUAL_HOURS);
  const asking = useMutation({
    mutationFn: () =>
      post(`/v1/changes/${id}/override`, {
        reason,
        untilMs: Date.now() + Number(hours) * HOUR_MS,
      }),
    onSettled: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <details>
      <summary>Ask for an override</summary>
      <form onSubmit={submit}>
        <Textarea
          mt="xs"
          label="Why it has to be so"
          description="A second person reads it and grants it, or does not; it stands in the trail."
          required
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <Group align="end" mt="xs" gap="xs">
          <NumberInput
            label="For hours"
            min={1}
            max={720}
            value={hours}
            onChange={setHours}
            w={120}
          />
          <Button type="submit" variant="default" loading={asking.isPending}>
            Ask
          </Button>
        </Group>
        {asking.error === null ? null : <Fault fault={asking.error} />}
      </form>
    </details>
  );
}
