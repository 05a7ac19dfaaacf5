import { Alert, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../ui/action-button";
import { StateBadge } from "../../ui/state-badge";
import { allowed, useCommands, useDesk } from "../context";

/** The desk without a call: my campaigns, and what comes next. */
export function Home() {
  const { t } = useTranslation();
  const agent = useDesk((desk) => desk.agent);
  const { getRecord } = useCommands();
  if (agent === null) {
    return <section aria-busy="true" aria-label={t("home.campaigns")} />;
  }
  const get = allowed(agent.actions, "get-record");
  const preview = agent.campaigns.filter((each) => each.mode === "PREVIEW" && each.state === "running");
  return (
    <>
      <section aria-label={t("home.campaigns")}>
        <Stack>
          <Title order={2} size="h4">
            {t("home.campaigns")}
          </Title>
          {agent.campaigns.length === 0 ? (
            <Text c="dimmed">{t("home.noCampaigns")}</Text>
          ) : (
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("home.campaign")}</Table.Th>
                  <Table.Th>{t("home.status")}</Table.Th>
                  <Table.Th>{t("home.mode")}</Table.Th>
                  <Table.Th>{t("home.delivery")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {agent.campaigns.map((campaign) => (
                  <Table.Tr key={campaign.name}>
                    <Table.Td>
                      <Text fw={600}>{campaign.name}</Text>
                      <Text size="sm" c="dimmed">
                        {campaign.description}
                      </Text>
                      {campaign.needs_ok && <Text size="sm">{t("home.needsOk")}</Text>}
                    </Table.Td>
                    <Table.Td>
                      <StateBadge state={campaign.state} label={campaign.state_label} />
                    </Table.Td>
                    <Table.Td>{campaign.mode_label}</Table.Td>
                    <Table.Td>{campaign.delivery}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Stack>
      </section>
      <section aria-label={t("home.next")}>
        <Stack align="flex-start">
          <Title order={2} size="h4">
            {t("home.next")}
          </Title>
          {agent.phone_error !== "" && (
            <Alert color="red" title={t("home.phone")} role="alert">
              {agent.phone_error}
            </Alert>
          )}
          <Text>{t(`home.state.${agent.state}`, { defaultValue: "" })}</Text>
          {agent.waits_for !== null && <Text role="status">{t("home.waitsFor", { campaign: agent.waits_for })}</Text>}
          {preview.map((campaign, index) => (
            <ActionButton
              key={campaign.name}
              allowed={get}
              label={t("home.getRecord", { campaign: campaign.name })}
              press={() => getRecord(campaign.name)}
              {...(index === 0 ? { hotkey: "F2" } : {})}
            />
          ))}
        </Stack>
      </section>
    </>
  );
}
