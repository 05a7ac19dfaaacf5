import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { allowed, useDesk } from "../desk/context";
import { usePart } from "../feed/store";
import { BrowserPhone, type PhoneState } from "./phone";

export const PhoneContext = createContext<BrowserPhone>(new BrowserPhone());

export const usePhone = (): BrowserPhone => useContext(PhoneContext);

export function usePhoneState<P>(part: (state: PhoneState) => P): P {
  return usePart(usePhone().store, part);
}

const isUp = ({ kind, stage }: PhoneState): boolean =>
  kind !== "unknown" && (kind !== "browser" || stage === "up" || stage === "call");

/** What the node says of Ready, unless this browser is the phone and is not registered. */
export function useReady(): Schemas["Allowed"] | undefined {
  const { t } = useTranslation();
  const said = useDesk((desk) => allowed(desk.agent?.actions, "ready"));
  const up = usePhoneState(isUp);
  const reason = usePhoneState(({ kind }) => (kind === "unknown" ? "phone.unknown" : "phone.first"));
  return said === undefined || up ? said : { command: said.command, allowed: false, reason: t(reason) };
}
