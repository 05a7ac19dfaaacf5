import type { TFunction } from "i18next";
import type { Refusal } from "./client";

/** A refusal as people read it: what was wrong, and what may be done. */
export function refusalWords(refusal: Refusal, t: TFunction): string {
  const { problem } = refusal;
  if (problem === null) {
    return t("problem.unreachable");
  }
  const places = (problem.errors ?? []).map((each) => `${each.place.replace(/^\$\.?/, "")}: ${each.reason}`);
  const said = [problem.detail || problem.title, ...places, problem.remedy].filter(
    (each) => each !== undefined && each !== "",
  );
  return said.join(" ");
}
