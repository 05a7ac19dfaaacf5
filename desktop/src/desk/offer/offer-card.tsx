import { Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { serverNow, useNow } from "../../feed/clock";
import { ActionButton } from "../../ui/action-button";
import { Until } from "../../ui/clock";
import { FieldList } from "../../ui/field-list";
import { allowed, useCommands } from "../context";

/** A record that is offered: accepted by the agent, or by itself when its time is over. */
export function OfferCard({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { accept, reject } = useCommands();
  const now = useNow(200);
  const { offer, actions } = interaction;
  const [shownAt] = useState(serverNow);
  useEffect(() => {
    if (offer !== null && document.hidden && "Notification" in window && Notification.permission === "granted") {
      const notification = new Notification(interaction.contact, { body: interaction.campaign, tag: offer.id });
      return () => notification.close();
    }
  }, [offer, interaction.contact, interaction.campaign]);
  if (offer === null) {
    return null;
  }
  const left = (100 * (offer.ends_at - now)) / Math.max(1, offer.ends_at - shownAt);
  return (
    <Card withBorder shadow="md" role="dialog" aria-label={t("offer.label")}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {interaction.campaign}
        </Text>
        <Title order={2} size="h4">
          {interaction.contact || interaction.number}
        </Title>
        <FieldList fields={offer.fields} />
        <Text size="sm" role="status">
          {offer.automatic ? t("offer.dialsIn") : t("offer.endsIn")} <Until at={offer.ends_at} />
        </Text>
        <Progress value={Math.max(0, Math.min(100, left))} aria-hidden transitionDuration={200} />
        <Group grow>
          <ActionButton
            allowed={allowed(actions, "accept")}
            label={t("offer.accept")}
            press={() => accept(interaction, offer.id)}
            hotkey="F2"
            color="green"
            fullWidth
          />
          <ActionButton
            allowed={allowed(actions, "reject")}
            label={t("offer.reject")}
            press={() => reject(interaction, offer.id)}
            variant="default"
            fullWidth
          />
        </Group>
      </Stack>
    </Card>
  );
}
