import { Button, Card, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import type { Told } from "../../feed/desk";
import { useReady } from "../../phone/context";
import { useCommand } from "../../ui/use-command";
import { useCommands, useDesk, useFeed } from "../context";

/** Notices that wait for OK, and facts that are told once. They stack at the lower right and take no focus. */
export function Notices() {
  const notices = useDesk((desk) => desk.notices);
  const told = useDesk((desk) => desk.told);
  return (
    <>
      {told
        .filter(({ fact }) => fact.topic !== "notice")
        .map((each) => (
          <Fact key={each.id} told={each} />
        ))}
      {notices.map((notice) => (
        <Notice key={notice.id} notice={notice} />
      ))}
    </>
  );
}

function Notice({ notice }: { notice: Schemas["NoticeView"] }) {
  const { t } = useTranslation();
  const { ok, ready } = useCommands();
  const { busy, refused, run } = useCommand();
  const mayBeReady = useReady()?.allowed ?? false;
  const started = notice.kind === "started";
  return (
    <Card withBorder shadow="sm" role="status">
      <Text fw={600}>{t(`notices.${notice.kind}`, { campaign: notice.campaign, mode: notice.mode_label })}</Text>
      <Text size="sm">{notice.description}</Text>
      <Text size="sm" c="dimmed">
        {notice.mode_label} · {notice.state_label}
      </Text>
      <Group mt="xs">
        <Button size="xs" loading={busy} onClick={() => void run(() => ok(notice.id))}>
          {t("notices.ok")}
        </Button>
        {started && mayBeReady && (
          <Button
            size="xs"
            variant="default"
            disabled={busy}
            onClick={() =>
              void run(async () => {
                await ok(notice.id);
                await ready();
              })
            }
          >
            {t("notices.okReady")}
          </Button>
        )}
      </Group>
      {refused !== "" && (
        <Text size="sm" c="red" role="alert">
          {refused}
        </Text>
      )}
    </Card>
  );
}

/** What a fact says in words; the node says why, where it knows. */
function useFactWords({ fact }: Told): string {
  const { t } = useTranslation();
  const body = fact.body as Record<string, unknown>;
  const facts = {
    reason: typeof body.reason === "string" ? body.reason : "",
    by: typeof body.by === "string" ? body.by : "",
    to: typeof body.to === "string" ? body.to : "",
    up: String(body.up ?? ""),
  };
  return t(`facts.${fact.topic}`, facts);
}

function Fact({ told }: { told: Told }) {
  const { t } = useTranslation();
  const feed = useFeed();
  const words = useFactWords(told);
  return (
    <Card withBorder shadow="sm" role="status">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{words}</Text>
        <Button size="xs" variant="subtle" onClick={() => feed.putAway(told.id)}>
          {t("notices.close")}
        </Button>
      </Group>
    </Card>
  );
}
