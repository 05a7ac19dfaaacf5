import { Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StateBadge } from "../ui/state-badge";
import { useFloor } from "./context";

export function Trunks() {
  const { t } = useTranslation();
  const trunks = useFloor((floor) => floor.trunks);
  return (
    <section aria-label={t("floor.trunks")}>
      <Title order={2} size="h4" mb="sm">
        {t("floor.trunks")}
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("floor.name")}</Table.Th>
            <Table.Th>{t("floor.state")}</Table.Th>
            <Table.Th>{t("floor.legs")}</Table.Th>
            <Table.Th>{t("floor.round")}</Table.Th>
            <Table.Th>{t("floor.lastError")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...trunks.values()].map((trunk) => (
            <Table.Tr key={trunk.name}>
              <Table.Td>{trunk.name}</Table.Td>
              <Table.Td>
                <StateBadge state={trunk.state} label={t(`trunk.${trunk.state}`)} size="md" />
              </Table.Td>
              <Table.Td className="numbers">
                {trunk.legs} / {trunk.max_legs}
              </Table.Td>
              <Table.Td className="numbers">
                {trunk.round_trip_ms === null ? "–" : `${trunk.round_trip_ms.toFixed(0)} ms`}
              </Table.Td>
              <Table.Td>
                <Text size="sm">{trunk.last_error || trunk.refusal}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
