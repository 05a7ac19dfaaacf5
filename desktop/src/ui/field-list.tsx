import { Anchor, Text } from "@mantine/core";
import { Fragment } from "react";
import type { Schemas } from "../api/client";

const isWeb = (value: string): boolean => /^https?:\/\//i.test(value);

/** Fields that are read. Text is text: nothing in it is carried out. */
export function FieldList({ fields }: { fields: Schemas["FieldView"][] }) {
  return (
    <div className="fields">
      {fields.map((field) => (
        <Fragment key={field.key}>
          <Text size="sm" c="dimmed">
            {field.label}
          </Text>
          {field.type === "url" && isWeb(field.value) ? (
            <Anchor href={field.value} target="_blank" rel="noopener noreferrer" size="sm" className="plain">
              {field.value}
            </Anchor>
          ) : (
            <Text size="sm" className="plain">
              {field.value || "–"}
            </Text>
          )}
        </Fragment>
      ))}
    </div>
  );
}
