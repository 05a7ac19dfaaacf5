import { Alert, Button, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { Since } from "../ui/clock";
import { Question } from "../ui/question";
import { StateBadge } from "../ui/state-badge";
import { useCommand } from "../ui/use-command";
import { orders, useFloor } from "./context";

/** Those with a contact first, those who are logged out last. */
const ORDER: Record<Schemas["AgentState"], number> = {
  busy: 0,
  after_call_work: 1,
  reserved: 2,
  ready: 3,
  not_ready: 4,
  logged_out: 5,
};

export function Agents() {
  const { t } = useTranslation();
  const agents = useFloor((floor) => floor.agents);
  const sorted = [...agents.values()].sort((a, b) => ORDER[a.state] - ORDER[b.state] || a.name.localeCompare(b.name));
  return (
    <section aria-label={t("floor.agents")}>
      <Title order={2} size="h4" mb="sm">
        {t("floor.agents")}
      </Title>
      <Table striped>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("floor.name")}</Table.Th>
            <Table.Th>{t("floor.state")}</Table.Th>
            <Table.Th>{t("floor.time")}</Table.Th>
            <Table.Th>{t("floor.campaign")}</Table.Th>
            <Table.Th>{t("floor.contact")}</Table.Th>
            <Table.Th>{t("floor.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map((agent) => (
            <Row key={agent.name} agent={agent} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Row({ agent }: { agent: Schemas["AgentSummary"] }) {
  const { t } = useTranslation();
  const interaction = useFloor((floor) =>
    agent.interaction === null ? undefined : floor.interactions.get(agent.interaction),
  );
  const working = agent.state !== "logged_out";
  return (
    <Table.Tr>
      <Table.Td>
        {agent.display_name || agent.name}
        {working && agent.desktops === 0 && (
          <Text size="sm" c="dimmed">
            {t("floor.noDesktop")}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StateBadge
          state={agent.state}
          label={agent.reason_label ? `${agent.state_label}: ${agent.reason_label}` : agent.state_label}
          size="md"
        />
      </Table.Td>
      <Table.Td>{working && <Since at={agent.since} />}</Table.Td>
      <Table.Td>{agent.campaign ?? ""}</Table.Td>
      <Table.Td>
        {interaction !== undefined && (
          <Text size="sm">
            {interaction.contact} {interaction.number} · {interaction.words} <Since at={interaction.since} />
          </Text>
        )}
        {agent.phone_error !== "" && (
          <Text size="sm" c="red">
            {agent.phone_error}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{interaction !== undefined && <Close agent={agent} interaction={interaction.id} />}</Table.Td>
    </Table.Tr>
  );
}

/** Close an open interaction, also a call, for a stated reason. */
function Close({ agent, interaction }: { agent: Schemas["AgentSummary"]; interaction: string }) {
  const { t } = useTranslation();
  const [asked, { open, close }] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const { busy, refused, run } = useCommand();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => orders.close(interaction, reason.trim()))) {
      close();
    }
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {t("floor.close")}
      </Button>
      <Question opened={asked} onClose={close} title={t("floor.closeAsk", { agent: agent.display_name || agent.name })}>
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              label={t("floor.closeReason")}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              required
              data-autofocus
            />
            {refused !== "" && (
              <Alert color="red" role="alert">
                {refused}
              </Alert>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("floor.keep")}
              </Button>
              <Button type="submit" color="red" loading={busy}>
                {t("floor.close")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Question>
    </>
  );
}
