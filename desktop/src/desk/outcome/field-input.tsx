import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

interface Props {
  field: Schemas["FieldView"];
  value: string;
  change: (value: string) => void;
  error: string;
}

const KEYBOARDS: Record<string, "numeric" | "decimal" | "tel" | "url"> = {
  integer: "numeric",
  decimal: "decimal",
  phone: "tel",
  url: "url",
};
const INPUTS: Record<string, string> = { date: "date", date_time: "datetime-local" };

/** A field of the record that the agent may change. The node checks its type; a refusal appears at the field. */
export function FieldInput({ field, value, change, error }: Props) {
  const { t } = useTranslation();
  const common = { label: field.label, withAsterisk: field.mandatory ?? false, error: error || undefined };
  if (field.type === "choice" || field.type === "boolean") {
    const data =
      field.type === "choice"
        ? [...(field.choices ?? [])]
        : [
            { value: "true", label: t("field.yes") },
            { value: "false", label: t("field.no") },
          ];
    return <Select {...common} data={data} value={value || null} onChange={(next) => change(next ?? "")} clearable />;
  }
  const native = INPUTS[field.type];
  const keyboard = KEYBOARDS[field.type];
  return (
    <TextInput
      {...common}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      {...(field.max_length === undefined ? {} : { maxLength: field.max_length })}
      {...(native === undefined ? {} : { type: native })}
      {...(keyboard === undefined ? {} : { inputMode: keyboard })}
    />
  );
}
