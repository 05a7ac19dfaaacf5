import { Alert, Button, Card, Center, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../api/client";
import { refusalWords } from "../api/problems";
import { useLogIn } from "./session";

export function LogIn() {
  const { t } = useTranslation();
  const { logIn } = useLogIn();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    try {
      await logIn(user.trim(), password);
    } catch (error) {
      setRefused(error instanceof Refusal ? error : new Refusal(null));
      setBusy(false);
    }
  };

  return (
    <Center mih="100%" p="md" component="main">
      <Card withBorder w={360} padding="xl">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              {t("login.title")}
            </Title>
            <TextInput
              label={t("login.user")}
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              autoComplete="username"
              autoFocus
              required
              maxLength={64}
            />
            <PasswordInput
              label={t("login.password")}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoComplete="current-password"
              required
            />
            {refused !== null && (
              <Alert color="red" role="alert">
                {refusalWords(refused, t)}
              </Alert>
            )}
            <Button type="submit" loading={busy}>
              {t("login.submit")}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
