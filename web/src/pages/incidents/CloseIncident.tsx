import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client.ts";
import type { Incident } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Prose } from "../../components/Prose.tsx";

/** Only what nothing hurts any more can be closed; the server says why not. */
export function CloseIncident({ incident: { id, status } }: { readonly incident: Incident }) {
  const client = useQueryClient();
  const session = useSession();
  const closing = useMutation({
    mutationFn: () => post(`/v1/incidents/${id}/close`),
    onError: ({ message }) =>
      notifications.show({ color: "red", title: "Not closed", message: <Prose text={message} /> }),
    onSettled: () => client.invalidateQueries(),
  });
  if (status === "closed" || !mayOperate(session)) return null;
  return (
    <Button variant="default" loading={closing.isPending} onClick={() => closing.mutate()}>
      Close incident
    </Button>
  );
}
