import { ActionIcon, Kbd, Table } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Question } from "./question";

const KEYS: [key: string, what: string][] = [
  ["F2", "accept"],
  ["F4", "end"],
  ["F8", "hold"],
  ["F9", "mute"],
  ["F10", "ready"],
  ["Ctrl+Enter", "done"],
  ["Alt+N", "note"],
  ["?", "help"],
];

/** Every key of the agent's page, under `?`. */
export function Keys() {
  const { t } = useTranslation();
  const [shown, { open, close }] = useDisclosure(false);
  useHotkeys([["shift+?", open]]);
  return (
    <>
      <ActionIcon variant="subtle" onClick={open} aria-label={t("keys.title")}>
        ?
      </ActionIcon>
      <Question opened={shown} onClose={close} title={t("keys.title")}>
        <Table>
          <Table.Tbody>
            {KEYS.map(([key, what]) => (
              <Table.Tr key={key}>
                <Table.Td>
                  <Kbd>{key}</Kbd>
                </Table.Td>
                <Table.Td>{t(`keys.${what}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Question>
    </>
  );
}
