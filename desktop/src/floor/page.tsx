import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { WhoMenu } from "../desk/status/status-bar";
import { FloorFeed } from "../feed/floor";
import { type Me, useLogIn } from "../session/session";
import { Question } from "../ui/question";
import { useCommand } from "../ui/use-command";
import { Agents } from "./agents";
import { Attention } from "./attention";
import { Campaigns } from "./campaigns";
import { FloorContext, orders, useFloor } from "./context";
import { Trunks } from "./trunks";

/** The supervisor's page: what needs attention, campaigns, agents, trunks. */
export function FloorPage({ me }: { me: Me }) {
  const [feed] = useState(() => new FloorFeed());
  useEffect(() => {
    feed.open();
    return () => feed.close();
  }, [feed]);
  return (
    <FloorContext value={feed}>
      <Floor me={me} />
    </FloorContext>
  );
}

function Floor({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { forget } = useLogIn();
  const connection = useFloor((floor) => floor.connection);
  useEffect(() => {
    if (connection === "refused") {
      forget();
    }
  }, [connection, forget]);
  return (
    <div className="page">
      <header className="bar">
        <Title order={1} size="h4">
          Cornetta
        </Title>
        <StopAll />
        <div className="right">
          <WhoMenu me={me} />
        </div>
      </header>
      {connection === "lost" && (
        <div className="veil">
          <Alert color="red" role="alert" title={t("connection.lost")}>
            {t("connection.remedy")}
          </Alert>
        </div>
      )}
      <main className="floor">
        <Stack gap="xl">
          <Attention />
          <Campaigns />
          <Agents />
          <Trunks />
        </Stack>
      </main>
    </div>
  );
}

/** Every campaign that runs is stopped; it is asked once. */
function StopAll() {
  const { t } = useTranslation();
  const [asked, { open, close }] = useDisclosure(false);
  const { busy, refused, run } = useCommand();
  const campaigns = useFloor((floor) => floor.campaigns);
  const running = [...campaigns.values()].filter((each) => each.state === "running");
  const stop = async () => {
    const done = await run(() => Promise.all(running.map((each) => orders.step(each.name, "stop"))));
    if (done) {
      close();
    }
  };
  return (
    <>
      <Button size="xs" color="red" disabled={running.length === 0} onClick={open}>
        {t("floor.stopAll")}
      </Button>
      <Question opened={asked} onClose={close} title={t("floor.stopAll")}>
        <Stack>
          <Text>{t("floor.stopAllAsk", { count: running.length })}</Text>
          {refused !== "" && (
            <Alert color="red" role="alert">
              {refused}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("floor.keep")}
            </Button>
            <Button color="red" loading={busy} onClick={() => void stop()}>
              {t("floor.stopAllConfirm")}
            </Button>
          </Group>
        </Stack>
      </Question>
    </>
  );
}
