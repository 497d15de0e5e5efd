import { Anchor, Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import { Fault } from "../../components/Fault.tsx";
import { Answered } from "../../components/Panel.tsx";

/** Whom a link is for; the secret stands behind `#`, which no browser sends anywhere by itself. */
export function SetUpPage() {
  useDocumentTitle("Choose a password · premortem");
  const secret = window.location.hash.slice(1);
  const owner = useQuery({
    queryKey: ["setUp", secret],
    queryFn: () => post<{ login: string; name: string }>("/v1/set-up/look", { secret }),
    retry: false,
  });
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <Stack>
          <Title order={1} size="h2">
            Choose a password
          </Title>
          <Answered query={owner}>
            {({ name, login }) => <Choose secret={secret} name={name} login={login} />}
          </Answered>
        </Stack>
      </Paper>
    </Center>
  );
}

function Choose({
  secret,
  name,
  login,
}: {
  readonly secret: string;
  readonly name: string;
  readonly login: string;
}) {
  const [password, setPassword] = useState("");
  const choosing = useMutation({
    mutationFn: () => post("/v1/set-up", { secret, password }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    choosing.mutate();
  };
  if (choosing.isSuccess)
    return (
      <Text role="status">
        Done. <Anchor href="/">Log in as {login}</Anchor>
      </Text>
    );
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          For <bdi>{name}</bdi>. The link is good once.
        </Text>
        <input type="hidden" name="username" autoComplete="username" value={login} />
        <PasswordInput
          label="New password"
          description="15 characters or more: a few words are easier than signs."
          name="new-password"
          autoComplete="new-password"
          required
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        {choosing.error === null ? null : <Fault fault={choosing.error} />}
        <Button type="submit" loading={choosing.isPending}>
          Choose it
        </Button>
      </Stack>
    </form>
  );
}
