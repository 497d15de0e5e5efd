import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import type { Change, Missing } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";
import { durationText } from "../../lib/time.ts";

interface Props {
  readonly change: Change;
  readonly missing: Extract<Missing, { kind: "alone" }>;
}

/** For whoever is alone: what would be lost, in words, and a pause before it may be approved. */
export function AloneDialog({ change, missing }: Props) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={dialog.open} disabled={change.shownHash === null}>
        Approve alone…
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Approve it alone" centered>
        <AloneForm change={change} missing={missing} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function AloneForm({
  change: { id, shownHash },
  missing: { pauseMs },
  onDone,
}: Props & { readonly onDone: () => void }) {
  const client = useQueryClient();
  const [loss, setLoss] = useState("");
  const asking = useMutation({
    mutationFn: () => post(`/v1/changes/${id}/alone`, { shownHash, loss }),
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">
          Nobody else may approve it, and you wrote it: this is not four eyes, and the change, its
          apply and the trail say so. You approve behind a pause of {durationText(pauseMs)}, after
          another look.
        </Text>
        <Textarea
          label="What is lost if it goes wrong?"
          description="Who is hit by what, in a sentence. It stands in the trail."
          required
          data-autofocus
          autosize
          minRows={3}
          value={loss}
          onChange={({ currentTarget }) => setLoss(currentTarget.value)}
        />
        {asking.error === null ? null : <Fault fault={asking.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={asking.isPending}>
            Begin the pause
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
