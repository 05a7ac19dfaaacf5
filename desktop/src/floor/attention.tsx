import { Alert, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFloor, useFloorFeed } from "./context";

/** What keeps calls from being placed, first of all on the page. */
export function Attention() {
  const { t } = useTranslation();
  const storeProblem = useFloor((floor) => floor.storeProblem);
  const engines = useFloor((floor) => floor.engines);
  const trunks = useFloor((floor) => floor.trunks);
  const campaigns = useFloor((floor) => floor.campaigns);
  const agents = useFloor((floor) => floor.agents);
  const asked = useFloor((floor) => floor.help);
  const { putAway } = useFloorFeed();
  const alarms: [title: string, words: string, severe: boolean][] = [
    ...(storeProblem ? [[t("floor.store"), storeProblem, true] as [string, string, boolean]] : []),
    ...engines
      .filter((each) => !each.connected)
      .map((each): [string, string, boolean] => [t("floor.engine", { name: each.name }), each.last_fault, true]),
    ...[...trunks.values()]
      .filter((each) => each.state === "down")
      .map((each): [string, string, boolean] => [t("floor.trunkDown", { name: each.name }), each.last_error, true]),
    ...[...campaigns.values()]
      .filter((each) => each.state === "running" && each.why !== null && !each.why.routine)
      .map((each): [string, string, boolean] => [each.name, each.why?.sentence ?? "", false]),
    ...[...agents.values()]
      .filter((each) => each.phone_error !== "")
      .map((each): [string, string, boolean] => [
        t("floor.phone", { name: each.display_name || each.name }),
        each.phone_error,
        false,
      ]),
  ];
  return (
    <section aria-label={t("floor.attention")}>
      <Title order={2} size="h4" mb="sm">
        {t("floor.attention")}
      </Title>
      {asked.map(({ id, body }) => (
        <Alert
          key={id}
          color="red"
          title={t("floor.help", { agent: body.agent, campaign: body.campaign })}
          role="alert"
          withCloseButton
          closeButtonLabel={t("notices.close")}
          onClose={() => putAway(id)}
          mb="xs"
          className="plain"
        >
          {body.text}
        </Alert>
      ))}
      {alarms.length + asked.length === 0 ? (
        <Text c="dimmed">{t("floor.nothing")}</Text>
      ) : (
        <Stack gap="xs">
          {alarms.map(([title, words, severe]) => (
            <Alert key={`${title}/${words}`} color={severe ? "red" : "yellow"} title={title} role="status">
              {words}
            </Alert>
          ))}
        </Stack>
      )}
    </section>
  );
}
