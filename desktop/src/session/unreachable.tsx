import { Alert, Button, Center, Stack, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The node does not answer: nothing can be shown yet. */
export function Unreachable({ again }: { again: () => void }) {
  const { t } = useTranslation();
  return (
    <Center h="100%" component="main">
      <VisuallyHidden component="h1">Cornetta</VisuallyHidden>
      <Alert color="red" title={t("unreachable.title")} role="alert">
        <Stack>
          {t("unreachable.remedy")}
          <Button onClick={again}>{t("unreachable.again")}</Button>
        </Stack>
      </Alert>
    </Center>
  );
}
