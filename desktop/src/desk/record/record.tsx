import { Stack, Text, Title } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { FieldList } from "../../ui/field-list";
import { StateBadge } from "../../ui/state-badge";
import { timeOfDay, ZoneClock } from "../../ui/zone-clock";

type Row = [label: string, value: ReactNode];

/** Rows of label and value; those without a value are left out. */
function Rows({ rows }: { rows: Row[] }) {
  return (
    <div className="fields">
      {rows
        .filter(([, value]) => value !== "" && value !== null)
        .map(([label, value]) => (
          <Fragment key={label}>
            <Text size="sm" c="dimmed">
              {label}
            </Text>
            <Text size="sm" className="plain numbers" component="div">
              {value}
            </Text>
          </Fragment>
        ))}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </div>
  );
}

/** Who the contact is, where the number comes from, and by what it is called. */
export function Record({ interaction }: { interaction: Schemas["InteractionView"] }) {
  const { t } = useTranslation();
  const { listed, dial } = interaction;
  const hours =
    listed !== null && listed.daily_from !== null && listed.daily_till !== null
      ? `${timeOfDay(listed.daily_from)} – ${timeOfDay(listed.daily_till)}`
      : "";
  const localTime = listed === null ? "" : <ZoneClock zone={listed.zone} />;
  const earlier = listed?.earlier.map((each) => `${each.label} ${each.attempts}`).join(", ") ?? "";
  const before = listed === null ? "" : listed.attempts === 0 ? t("record.none") : `${listed.attempts}: ${earlier}`;
  return (
    <Stack gap="lg" className="filled">
      <Part title={t("record.contactTitle")}>
        <Rows
          rows={[
            [t("record.contact"), interaction.contact],
            [t("record.number"), interaction.number],
            [t("record.localTime"), localTime],
            [t("record.ownHours"), hours],
            [t("record.language"), interaction.language ?? ""],
            [t("record.origin"), interaction.origin ?? ""],
            [t("record.before"), before],
            [t("record.attempts"), String(interaction.attempts)],
          ]}
        />
      </Part>
      <Part title={t("record.campaignTitle")}>
        <Text size="sm">{interaction.campaign_description || interaction.campaign}</Text>
        <FieldList fields={interaction.case.filter((field) => !field.editable)} />
      </Part>
      <Part title={t("record.recordTitle")}>
        <FieldList fields={interaction.record.filter((field) => !field.editable)} />
        <Rows
          rows={[
            [t("record.list"), listed?.list ?? ""],
            [t("record.recordNumber"), listed === null ? "" : String(listed.record)],
            [t("record.callerId"), dial?.caller_id ?? ""],
            [t("record.trunk"), dial?.trunk ?? ""],
            [t("record.callId"), dial?.call_id ?? ""],
          ]}
        />
      </Part>
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
