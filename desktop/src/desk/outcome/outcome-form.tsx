import { Alert, Checkbox, Group, Select, Stack, Text, Textarea, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { refusalWords } from "../../api/problems";
import { ActionButton } from "../../ui/action-button";
import { Until } from "../../ui/clock";
import { allowed, type Then, useCommands } from "../context";
import { FieldInput } from "./field-input";
import { useDraft } from "./use-draft";

type Choices = Schemas["Choice"][];

/** The choices of a list, under their headings. */
export function grouped(choices: Choices) {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const { code, label, group = "" } of choices) {
    groups.set(group, [...(groups.get(group) ?? []), { value: code, label }]);
  }
  const headed = [...groups].filter(([group]) => group !== "").map(([group, items]) => ({ group, items }));
  return [...(groups.get("") ?? []), ...headed];
}

/** What came of the call: result, disposition, note, do not call, and the fields that may be changed. */
export function OutcomeForm({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { plain, done } = useCommands();
  const { draft, change, save, refusal, saving, unsaved } = useDraft(interaction);
  const note = useRef<HTMLTextAreaElement>(null);
  const { outcome, actions, after_call: afterCall } = interaction;
  const finish = async (then: Then) => {
    await save();
    await done(interaction, then);
  };
  useHotkeys([["alt+N", () => note.current?.focus()]], []);
  const fields = [...interaction.case, ...interaction.record].filter((field) => field.editable);
  const place = refusal?.problem?.facts as { field?: string } | null | undefined;
  const over = interaction.cleared_at !== null;
  return (
    <Stack gap="sm">
      {fields.length > 0 && (
        <Title order={2} size="h5">
          {t("record.recordTitle")}
        </Title>
      )}
      {fields.map((field) => (
        <FieldInput
          key={field.key}
          field={field}
          value={draft.data[field.key] ?? ""}
          change={(value) => change({ data: { ...draft.data, [field.key]: value } })}
          error={refusal !== null && place?.field === field.key ? refusalWords(refusal, t) : ""}
        />
      ))}
      <Title order={2} size="h5">
        {t("outcome.title")}
      </Title>
      {outcome.found_result !== null && (
        <Text size="sm" c="dimmed">
          {t("outcome.found")}: {outcome.found_result.label}
        </Text>
      )}
      <Group grow align="flex-start">
        <Select
          label={t("outcome.result")}
          data={grouped(outcome.results)}
          value={draft.result}
          onChange={(result) => change({ result })}
          disabled={!outcome.may_set_result}
          withAsterisk={outcome.result_mandatory}
          allowDeselect={false}
          searchable
        />
        <Select
          label={t("outcome.disposition")}
          data={grouped(outcome.dispositions)}
          value={draft.disposition || null}
          onChange={(disposition) => change({ disposition: disposition ?? "" })}
          withAsterisk={outcome.disposition_mandatory}
          clearable
          searchable
          nothingFoundMessage={t("outcome.nothingFound")}
        />
      </Group>
      <Checkbox
        label={t("outcome.doNotCall")}
        checked={draft.doNotCall}
        onChange={(event) => change({ doNotCall: event.currentTarget.checked })}
        disabled={!outcome.may_set_do_not_call}
      />
      <Textarea
        ref={note}
        label={t("outcome.note")}
        value={draft.note}
        onChange={(event) => change({ note: event.currentTarget.value })}
        maxLength={4000}
        autosize
        minRows={3}
        maxRows={10}
        withAsterisk={outcome.note_mandatory}
        description={t("outcome.noteKey")}
      />
      {refusal !== null && !place?.field && (
        <Alert color="red" role="alert">
          {refusalWords(refusal, t)}
        </Alert>
      )}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {saving || unsaved ? t("outcome.keeping") : t("outcome.kept")}
        </Text>
        {afterCall?.ends_at != null && (
          <Text size="sm" c={afterCall.warned ? "red" : "dimmed"} role="timer">
            {afterCall.shown ? t("outcome.closesIn") : t("outcome.timeLeft")} <Until at={afterCall.ends_at} />
          </Text>
        )}
      </Group>
      <Group>
        <ActionButton
          allowed={allowed(actions, "done")}
          label={t("outcome.done")}
          press={() => finish("")}
          hotkey="mod+Enter"
          {...(over ? {} : { variant: "default" })}
        />
        <ActionButton
          allowed={allowed(actions, "done")}
          label={t("outcome.doneNotReady")}
          press={() => finish("not_ready")}
          variant="default"
        />
        <ActionButton
          allowed={allowed(actions, "extend")}
          label={t("outcome.moreTime")}
          press={() => plain(interaction, "extend")}
          variant="default"
        />
        <ActionButton
          allowed={allowed(actions, "call-again")}
          label={t("outcome.callAgain")}
          press={() => plain(interaction, "call-again")}
          variant="default"
        />
      </Group>
    </Stack>
  );
}
