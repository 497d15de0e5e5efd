import { Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import { demoQuery } from "../../api/queries.ts";
import type { Session } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";

/** Name and password; what was typed elsewhere stays where it is. `isOver`: somebody was in until now. */
export function LoginPage({ isOver }: { readonly isOver: boolean }) {
  useDocumentTitle("Log in · premortem");
  const enter = useEnter();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const entering = useMutation({
    mutationFn: () => post<Session>("/v1/session", { login, password }),
    onSuccess: enter,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate();
  };
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={400} component="form" onSubmit={submit}>
        <Stack>
          <Title order={1} size="h2">
            premortem
          </Title>
          {isOver ? (
            <Text size="sm" role="status">
              Your session is over. What you typed is kept in this browser: log in, and it is there
              again.
            </Text>
          ) : null}
          <TextInput
            label="Login"
            name="username"
            autoComplete="username"
            required
            autoFocus
            value={login}
            onChange={({ currentTarget }) => setLogin(currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          />
          {entering.error === null ? null : <Fault fault={entering.error} />}
          <Button type="submit" loading={entering.isPending}>
            Log in
          </Button>
          <DemoPeople />
          <Text size="sm" c="dimmed">
            No password yet? An administrator makes a link with which you choose one.
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}

/** Lets somebody in who may be another than before: answers that were given to that one are forgotten. */
function useEnter(): (session: Session) => void {
  const client = useQueryClient();
  return (session) => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    client.setQueryData(["session"], session);
  };
}

/** Where nothing is real, whoever comes may be anybody. */
function DemoPeople() {
  const enter = useEnter();
  const { data } = useQuery(demoQuery);
  const entering = useMutation({
    mutationFn: (login: string) => post<Session>("/v1/session/demo", { login }),
    onSuccess: enter,
  });
  if (data === undefined || data.demo === null) return null;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        A demonstration: nothing here is real. Come in as
      </Text>
      {data.demo.people.map(({ login, name, roles }) => (
        <Button
          key={login}
          variant="default"
          loading={entering.isPending && entering.variables === login}
          onClick={() => entering.mutate(login)}
        >
          <bdi>{name}</bdi>
          <Text span size="xs" ml={8} c="dimmed">
            {roles.join(", ")}
          </Text>
        </Button>
      ))}
    </Stack>
  );
}
