import {
  Button,
  Group,
  Menu,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePhoneState, useReady } from "../../phone/context";
import { PhoneMenu } from "../../phone/phone-menu";
import { logOut, type Me, useLogIn } from "../../session/session";
import { ActionButton } from "../../ui/action-button";
import { Since } from "../../ui/clock";
import { Keys } from "../../ui/keys";
import { StateBadge } from "../../ui/state-badge";
import { useCommand } from "../../ui/use-command";
import { allowed, useCommands, useDesk } from "../context";

/** State, phone, campaigns and the agent's name: always at the same place. */
export function StatusBar({ me }: { me: Me }) {
  const { t } = useTranslation();
  const agent = useDesk((desk) => desk.agent);
  const { ready, notReady } = useCommands();
  const reasons = useDesk((desk) => desk.reasons);
  const command = useCommand();
  const reason = agent?.reason_label;
  const mayBeReady = useReady();
  const inPage = usePhoneState(({ kind }) => kind === "browser");
  const mayRest = allowed(agent?.actions, "not-ready")?.allowed ?? false;
  return (
    <header className="bar">
      <VisuallyHidden component="h1">Cornetta</VisuallyHidden>
      {agent !== null && (
        <Group gap="xs" role="status">
          <StateBadge state={agent.state} label={reason ? `${agent.state_label}: ${reason}` : agent.state_label} />
          <Since at={agent.since} />
        </Group>
      )}
      <ActionButton allowed={mayBeReady} label={t("status.ready")} press={ready} hotkey="F10" size="xs" color="green" />
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button size="xs" variant="default" loading={command.busy} disabled={!mayRest}>
            {t("status.notReady")} ▾
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {reasons.map(({ code, label }) => (
            <Menu.Item key={code} onClick={() => void command.run(() => notReady(code))}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {command.refused !== "" && (
        <Text size="sm" c="red" role="alert">
          {command.refused}
        </Text>
      )}
      {agent?.pending && (
        <Text size="sm" c="dimmed">
          {t("status.pending", { wish: agent.pending.wish, reason: agent.pending.reason_label })}
        </Text>
      )}
      <div className="right">
        <Group gap="md">
          {inPage && <PhoneMenu />}
          {agent !== null && (!inPage || agent.phone_error !== "") && (
            <Text size="sm" c={agent.phone_error ? "red" : "dimmed"}>
              {inPage ? "" : `☎ ${agent.phone} `}
              {agent.phone_error && `· ${agent.phone_error}`}
            </Text>
          )}
          <Keys />
          <WhoMenu me={me} />
        </Group>
      </div>
    </header>
  );
}

/** The name, and logging out. During a conversation the log-out is granted after it. */
export function WhoMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { forget } = useLogIn();
  const { busy, refused, run } = useCommand();
  const { setColorScheme } = useMantineColorScheme();
  const theme = useComputedColorScheme("light");
  const leave = () =>
    run(async () => {
      const { pending } = await logOut();
      if (!pending) {
        forget();
      }
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="subtle" loading={busy}>
          {me.display_name || me.user} ▾
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.user}</Menu.Label>
        <Menu.Item onClick={() => setColorScheme(theme === "dark" ? "light" : "dark")}>
          {t("status.theme", { theme })}
        </Menu.Item>
        <Menu.Item onClick={() => void leave()}>{t("status.logOut")}</Menu.Item>
        {refused !== "" && <Menu.Label role="alert">{refused}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
