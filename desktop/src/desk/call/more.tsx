import { Button, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useCommand } from "../../ui/use-command";
import { allowed, useCommands } from "../context";

const STEP_DB = 3;
const MOST_DB = 20;

/** What is seldom wanted in a call: a contact who is too quiet or too loud, and help of the supervisors. */
export function More({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" trapFocus width={300}>
      <Popover.Target>
        <Button variant="default" aria-label={t("call.more")}>
          ⋯
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack>
          <Volume interaction={interaction} />
          <Help interaction={interaction} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Volume({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { volume } = useCommands();
  const { busy, refused, run } = useCommand();
  const [db, setDb] = useState(0);
  const rule = allowed(interaction.actions, "volume");
  const set = (next: number) =>
    run(async () => {
      await volume(interaction, next);
      setDb(next);
    });
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("call.volume")}: {t("call.volumeNow", { db })}
      </Text>
      <Group grow mt={4}>
        <Button
          size="xs"
          variant="default"
          disabled={!rule?.allowed || db <= -MOST_DB}
          loading={busy}
          onClick={() => void set(Math.max(-MOST_DB, db - STEP_DB))}
        >
          {t("call.softer")}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={!rule?.allowed || db >= MOST_DB}
          loading={busy}
          onClick={() => void set(Math.min(MOST_DB, db + STEP_DB))}
        >
          {t("call.louder")}
        </Button>
      </Group>
      {(refused || rule?.reason) && (
        <Text size="sm" c={refused ? "red" : "dimmed"} role={refused ? "alert" : undefined}>
          {refused || rule?.reason}
        </Text>
      )}
    </div>
  );
}

function Help({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { help } = useCommands();
  const { busy, refused, run } = useCommand();
  const [text, setText] = useState("");
  const [sent, setSent] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => help(interaction, text.trim()))) {
      setText("");
      setSent(true);
    }
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label={t("call.help")}
        placeholder={t("call.helpText")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setSent(false);
        }}
        maxLength={200}
      />
      <Button type="submit" size="xs" mt="xs" loading={busy} fullWidth>
        {t("call.helpSend")}
      </Button>
      {sent && (
        <Text size="sm" role="status">
          {t("call.helpSent")}
        </Text>
      )}
      {refused !== "" && (
        <Text size="sm" c="red" role="alert">
          {refused}
        </Text>
      )}
    </form>
  );
}
