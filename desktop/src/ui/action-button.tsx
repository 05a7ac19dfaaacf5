import { Button, type ButtonProps, Popover, Text, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useId } from "react";
import type { Schemas } from "../api/client";
import { useCommand } from "./use-command";

/** A key as it is written on the button. */
const written = (hotkey: string): string =>
  hotkey.replace("mod", navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl").replace("alt", "Alt");

interface Props extends ButtonProps {
  /** What the node says of the command; undefined: it does not offer it. */
  allowed: Schemas["Allowed"] | undefined;
  label: string;
  press: () => Promise<unknown>;
  /** As F4: written on the button, and listed under `?`. */
  hotkey?: string;
}

/** A button whose rule is the node's: greyed with its reason, at work while the node is, and with a refusal beside it. */
export function ActionButton({ allowed, label, press, hotkey, ...look }: Props) {
  const { working, refused, run, clear } = useCommand();
  const reason = useId();
  const may = allowed?.allowed ?? false;
  const go = () => {
    if (may) {
      void run(press, label);
    }
  };
  useHotkeys(hotkey === undefined ? [] : [[hotkey, go]], []);
  const why = may ? "" : (allowed?.reason ?? "");
  return (
    <Popover
      withRoles={false}
      opened={refused !== ""}
      onDismiss={clear}
      withArrow
      position="bottom"
      width={280}
      trapFocus={false}
    >
      <Popover.Target>
        <span>
          <Tooltip
            label={why}
            disabled={why === ""}
            multiline
            maw={280}
            events={{ hover: true, focus: true, touch: true }}
          >
            <Button
              {...look}
              loading={working === label}
              aria-disabled={!may}
              {...(may ? {} : { "data-disabled": true })}
              aria-describedby={why === "" ? undefined : reason}
              onClick={go}
            >
              {label}
              {hotkey !== undefined && (
                <Text span size="xs" ml={6}>
                  {written(hotkey)}
                </Text>
              )}
            </Button>
          </Tooltip>
          {why !== "" && (
            <span id={reason} hidden>
              {why}
            </span>
          )}
        </span>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" role="alert">
          {refused}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
