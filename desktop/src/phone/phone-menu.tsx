import { Button, NativeSelect, Popover, Progress, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { refusalWords } from "../api/problems";
import { usePhone, usePhoneState } from "./context";
import type { Meter } from "./devices";
import type { PhoneState } from "./phone";

const LEVEL_MS = 100;
const SIGNS: Record<PhoneState["stage"], string> = { off: "✕", asking: "…", registering: "…", up: "●", call: "▶" };

/** The phone in the page: its state in the status bar, below it devices and levels. */
export function PhoneMenu() {
  const { t } = useTranslation();
  const { stage, failure, refusal } = usePhoneState((state) => state);
  const failed = failure !== "" || refusal !== null;
  const [opened, setOpened] = useState(false);
  useEffect(() => setOpened(failed), [failed]);
  const words = t(`phone.state.${failed && stage !== "call" ? "failed" : stage}`);
  return (
    <Popover opened={opened} onChange={setOpened} width={340} position="bottom-end" withArrow trapFocus={false}>
      <Popover.Target>
        <Button
          size="xs"
          variant="subtle"
          color={failed ? "red" : stage === "up" || stage === "call" ? "green" : "gray"}
          onClick={() => setOpened(!opened)}
          aria-label={`${t("phone.label")}: ${words}`}
        >
          ☎ {t("phone.label")} {failed ? "✕" : SIGNS[stage]} {words}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Details />
      </Popover.Dropdown>
    </Popover>
  );
}

function Details() {
  const { t } = useTranslation();
  const phone = usePhone();
  const { failure, refusal, devices } = usePhoneState((state) => state);
  const defaults = [{ value: "", label: t("phone.default") }];
  const listed = (list: { id: string; label: string }[]) => [
    ...defaults,
    ...list
      .filter(({ id }) => id !== "default" && id !== "communications")
      .map(({ id, label }) => ({ value: id, label: label || id })),
  ];
  return (
    <Stack gap="xs">
      {failure !== "" && (
        <Text size="sm" c="red" role="alert">
          {t(`phone.failure.${failure}`)}
        </Text>
      )}
      {refusal !== null && (
        <Text size="sm" c="red" role="alert">
          {refusalWords(refusal, t)}
        </Text>
      )}
      {(failure !== "" || refusal !== null) && (
        <Button size="xs" variant="default" onClick={() => phone.again()}>
          {t(failure === "replaced" ? "phone.takeBack" : "phone.again")}
        </Button>
      )}
      <NativeSelect
        size="xs"
        label={t("phone.input")}
        data={listed(devices.inputs)}
        value={devices.input}
        onChange={({ currentTarget }) => void phone.choose("input", currentTarget.value)}
      />
      <Level label={t("phone.inputLevel")} meter={phone.microphone} />
      <NativeSelect
        size="xs"
        label={t("phone.output")}
        data={listed(devices.outputs)}
        value={devices.output}
        onChange={({ currentTarget }) => void phone.choose("output", currentTarget.value)}
      />
      <Level label={t("phone.outputLevel")} meter={phone.contact} />
    </Stack>
  );
}

function Level({ label, meter }: { label: string; meter: Meter }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setLevel(Math.round(meter.level())), LEVEL_MS);
    return () => window.clearInterval(timer);
  }, [meter]);
  return <Progress value={level} size="sm" transitionDuration={LEVEL_MS} aria-label={label} />;
}
