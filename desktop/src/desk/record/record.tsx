import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { FieldList } from "../../ui/field-list";
import { StateBadge } from "../../ui/state-badge";
import { useDesk } from "../context";

/** Who the contact is and where the number comes from; what may be changed is in the form at the left. */
export function Record({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const campaign = useDesk((desk) => desk.agent?.campaigns.find((each) => each.name === interaction.campaign));
  const rows: [string, string][] = [
    [t("record.contact"), interaction.contact],
    [t("record.number"), interaction.number],
    [t("record.language"), interaction.language ?? ""],
    [t("record.origin"), interaction.origin ?? ""],
    [t("record.attempts"), String(interaction.attempts)],
  ];
  return (
    <Stack gap="lg" className="filled">
      <div>
        <Title order={2} size="h5" mb="xs">
          {t("record.contactTitle")}
        </Title>
        <div className="fields">
          {rows
            .filter(([, value]) => value !== "")
            .map(([label, value]) => [
              <Text key={`${label}-label`} size="sm" c="dimmed">
                {label}
              </Text>,
              <Text key={label} size="sm" className="plain numbers">
                {value}
              </Text>,
            ])}
        </div>
      </div>
      <div>
        <Title order={2} size="h5" mb="xs">
          {t("record.campaignTitle")}
        </Title>
        <Text size="sm">{campaign?.description || interaction.campaign}</Text>
        <FieldList fields={interaction.case.filter((field) => !field.editable)} />
      </div>
      <div>
        <Title order={2} size="h5" mb="xs">
          {t("record.recordTitle")}
        </Title>
        <FieldList fields={interaction.record.filter((field) => !field.editable)} />
      </div>
    </Stack>
  );
}

/** The empty record of ASM: filled in one paint at the connection. */
export function Blank({ blank }: { blank: Schemas["BlankRecord"] }) {
  const { t } = useTranslation();
  return (
    <>
      <section aria-label={t("record.title")}>
        <Stack>
          <div role="status">
            <StateBadge state="ready" label={blank.words} />
          </div>
          <Title order={2} size="h5">
            {t("record.campaignTitle")}: {blank.campaign}
          </Title>
          <Dotted fields={[...blank.case, ...blank.record]} />
        </Stack>
      </section>
      <section aria-label={t("record.contactTitle")}>
        <Text c="dimmed">{t("record.blank")}</Text>
      </section>
    </>
  );
}

function Dotted({ fields }: { fields: Schemas["FieldView"][] }) {
  return (
    <div className="fields">
      {fields.map((field) => [
        <Text key={`${field.key}-label`} size="sm" c="dimmed">
          {field.label}
        </Text>,
        <span key={field.key} className="blank" />,
      ])}
    </div>
  );
}
