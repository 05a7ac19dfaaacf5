import { Button, Group, Menu, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { StateBadge } from "../ui/state-badge";
import { useCommand } from "../ui/use-command";
import { orders, type Step, useFloor } from "./context";

type Campaign = Schemas["CampaignView"];
type Mode = Schemas["ModeRequest"]["mode"];

/** What may be ordered in each state; the node has the last word. */
const STEPS: Record<Campaign["state"], (Step | "unload")[]> = {
  inactive: ["load"],
  loaded: ["start", "unload"],
  running: ["stop"],
  stopping: ["unload"],
  unloading: ["unload"],
};
const MODES: Mode[] = ["PREVIEW", "PUSH_PREVIEW", "PROGRESSIVE", "PREDICTIVE", "PROGRESSIVE_ASM", "PREDICTIVE_ASM"];

export function Campaigns() {
  const { t } = useTranslation();
  const campaigns = useFloor((floor) => floor.campaigns);
  return (
    <section aria-label={t("floor.campaigns")}>
      <Title order={2} size="h4" mb="sm">
        {t("floor.campaigns")}
      </Title>
      <Table verticalSpacing="sm" striped>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("floor.name")}</Table.Th>
            <Table.Th>{t("floor.state")}</Table.Th>
            <Table.Th>{t("floor.mode")}</Table.Th>
            <Table.Th>{t("floor.agents")}</Table.Th>
            <Table.Th>{t("floor.calls")}</Table.Th>
            <Table.Th>{t("floor.now")}</Table.Th>
            <Table.Th>{t("floor.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...campaigns.values()].map((campaign) => (
            <Row key={campaign.name} campaign={campaign} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, each) => all + each, 0);

function Row({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { calls, agents } = campaign;
  const running = campaign.state === "running";
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600}>{campaign.name}</Text>
        <Text size="sm" c="dimmed">
          {campaign.description}
        </Text>
      </Table.Td>
      <Table.Td>
        <StateBadge state={campaign.state} label={campaign.state_label} />
      </Table.Td>
      <Table.Td>{campaign.mode_label}</Table.Td>
      <Table.Td className="numbers">
        {t("floor.agentsReady", { ready: agents.ready ?? 0, all: sum(agents) - (agents.logged_out ?? 0) })}
      </Table.Td>
      <Table.Td className="numbers">
        <Text size="sm">{t("floor.talking", { count: calls.connected ?? 0 })}</Text>
        <Text size="sm">{t("floor.ringing", { count: (calls.dialing ?? 0) + (calls.ringing ?? 0) })}</Text>
        {(calls.waiting ?? 0) > 0 && (
          <Text size="sm" c="red">
            {t("floor.waiting", { count: calls.waiting ?? 0 })}
          </Text>
        )}
      </Table.Td>
      <Table.Td maw={320}>
        <Text size="sm">{campaign.why?.sentence ?? (running ? t("floor.dials") : "")}</Text>
        {campaign.pacing_problem !== "" && (
          <Text size="sm" c="red">
            {campaign.pacing_problem}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Orders campaign={campaign} />
      </Table.Td>
    </Table.Tr>
  );
}

function Orders({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { busy, refused, run } = useCommand();
  const [happens, setHappens] = useState<string[]>([]);
  const order = (step: Step | "unload") =>
    run(() => (step === "unload" ? orders.unload(campaign.name, false) : orders.step(campaign.name, step)));
  const change = (mode: Mode) => run(async () => setHappens((await orders.mode(campaign.name, mode)).happens ?? []));
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        {STEPS[campaign.state].map((step) => (
          <Button key={step} size="xs" loading={busy} onClick={() => void order(step)}>
            {t(`floor.${step}`)}
          </Button>
        ))}
        <Menu>
          <Menu.Target>
            <Button size="xs" variant="default" disabled={busy}>
              {t("floor.changeMode")} ▾
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {MODES.map((mode) => (
              <Menu.Item key={mode} disabled={mode === campaign.mode} onClick={() => void change(mode)}>
                {mode.replaceAll("_", " ").toLowerCase().replace("asm", "ASM")}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {happens.map((each) => (
        <Text key={each} size="sm" role="status">
          {each}
        </Text>
      ))}
      {refused !== "" && (
        <Text size="sm" c="red" role="alert">
          {refused}
        </Text>
      )}
    </>
  );
}
