import { Button, Group, Popover, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { ActionButton } from "../../ui/action-button";
import { Since, Until } from "../../ui/clock";
import { StateBadge } from "../../ui/state-badge";
import { useCommand } from "../../ui/use-command";
import { allowed, useCommands } from "../context";
import { More } from "./more";

const TONES: Record<string, string> = { connected: "live", on_hold: "held", reconnecting: "lost", waiting: "lost" };
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** The call: what state it is in, with whom, and what may be done. Its buttons never move. */
export function CallBar({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { plain, mute } = useCommands();
  const { actions, status, muted } = interaction;
  const held = allowed(actions, "resume")?.allowed ?? false;
  const previewing = status.phase === "previewing";
  return (
    <section className="call" data-tone={TONES[status.phase] ?? "none"} aria-label={t("call.label")}>
      <div role="status" aria-live="polite">
        <Group gap="sm" wrap="nowrap">
          <StateBadge state={status.phase} label={status.words} />
          <Since at={status.since} />
        </Group>
      </div>
      <Text fw={600} truncate maw={280}>
        {interaction.contact || t("call.noName")}
      </Text>
      <Text className="numbers">{interaction.number}</Text>
      <Group gap="xs" ml="auto" wrap="nowrap">
        {previewing ? (
          <>
            {interaction.preview_ends_at !== null && (
              <Text size="sm" c="dimmed" role="timer">
                {t("call.goesBack")} <Until at={interaction.preview_ends_at} />
              </Text>
            )}
            <ActionButton
              allowed={allowed(actions, "dial")}
              label={t("call.dial")}
              press={() => plain(interaction, "dial")}
              hotkey="F2"
              color="green"
            />
            <ActionButton
              allowed={allowed(actions, "return")}
              label={t("call.return")}
              press={() => plain(interaction, "return")}
              variant="default"
            />
            <ActionButton
              allowed={allowed(actions, "cancel")}
              label={t("call.cancel")}
              press={() => plain(interaction, "cancel")}
              variant="default"
            />
          </>
        ) : (
          <>
            <ActionButton
              allowed={allowed(actions, "end")}
              label={t("call.end")}
              press={() => plain(interaction, "end")}
              hotkey="F4"
              color="red"
            />
            <ActionButton
              allowed={allowed(actions, held ? "resume" : "hold")}
              label={held ? t("call.resume") : t("call.hold")}
              press={() => plain(interaction, held ? "resume" : "hold")}
              hotkey="F8"
              variant="default"
            />
            <ActionButton
              allowed={allowed(actions, "mute")}
              label={muted ? t("call.unmute") : t("call.mute")}
              press={() => mute(interaction, !muted)}
              hotkey="F9"
              variant={muted ? "filled" : "default"}
            />
            <Keypad interaction={interaction} />
            <More interaction={interaction} />
          </>
        )}
      </Group>
    </section>
  );
}

/** Digits to the contact (RFC 4733). */
function Keypad({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { digits } = useCommands();
  const { refused, run } = useCommand();
  const may = allowed(interaction.actions, "digits")?.allowed ?? false;
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default" disabled={!may}>
          {t("call.keypad")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <SimpleGrid cols={3} spacing={4}>
          {KEYS.map((key) => (
            <Button key={key} variant="default" onClick={() => void run(() => digits(interaction, key))}>
              {key}
            </Button>
          ))}
        </SimpleGrid>
        {refused !== "" && (
          <Text size="sm" c="red" role="alert">
            {refused}
          </Text>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
